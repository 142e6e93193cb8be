// The known data sets as this machine has them: folders of --data-dir and UNROLLED_DATA, packages of npm.
import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { delimiter, join, resolve } from 'node:path';
import { DATASETS, findDataset } from '../data/datasets.js';
import type { Io } from './io.js';

/** Where the package's own dependencies are found, then those of where the command runs. */
const OWN_REQUIRE = createRequire(import.meta.url);
