const unrolled = require('unrolled');
const convert = require('unrolled/convert');
const data = require('unrolled/data');
const formats = require('unrolled/formats');
const inspect = require('unrolled/inspect');
const metrics = require('unrolled/metrics');
const records = require('unrolled/records');
const text = require('unrolled/text');

import('./core.mjs')
  .then(({ core }) =>
    core({ unrolled, convert, text, data, metrics, formats, inspect, records }, process.argv[2] ?? 'auto'),
  )
  .then((result) => console.log(JSON.stringify(result)));
