import * as unrolled from 'unrolled';
import * as convert from 'unrolled/convert';
import * as data from 'unrolled/data';
import * as formats from 'unrolled/formats';
import * as inspect from 'unrolled/inspect';
import * as metrics from 'unrolled/metrics';
import * as records from 'unrolled/records';
import * as text from 'unrolled/text';
import { core } from './core.mjs';

export const program = (backend) =>
  core({ unrolled, convert, text, data, metrics, formats, inspect, records }, backend);
