// The worker: holds the network, trains it, and answers what the page asks. All of it is single-threaded: messages come in between
// two steps of the training, when the model is whole.
import { configure } from 'unrolled';
import { Engine } from './engine/engine.js';
import type { FromWorker, ToWorker } from './messages.js';

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<ToWorker>) => void) | null;
  postMessage(message: FromWorker, transfer?: Transferable[]): void;
};

configure({ kernels: new URL('./kernels/', import.meta.url) });
const engine = new Engine((message, transfer = []) => {
  scope.postMessage(message, transfer);
});
scope.onmessage = ({ data }) => {
  engine.receive(data);
};
