// The page: reads its address, starts the worker, and draws. Training begins before anything is drawn.
import { render } from 'preact';
import { App } from './app.js';
import { followAddress, readAddress } from './address.js';
import { isolate } from './isolate.js';
import { followAnswers } from './asking.js';
import { followLooks, followSight, followUnit } from './looking.js';
import { connect, restart } from './state.js';

if (!(await isolate())) {
  connect(new Worker(new URL('./worker.js', import.meta.url), { type: 'module', name: 'training' }));
  const { until, changes } = readAddress(location.hash);
  restart(true, until, changes);
  const root = document.getElementById('app');
  if (root !== null) render(<App />, root);
  followAddress();
  followLooks();
  followUnit();
  followAnswers();
  followSight();
}
