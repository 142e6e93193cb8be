#!/usr/bin/env node
import { processIo, run } from '@unrolled/cli';

process.exitCode = await run(process.argv.slice(2), processIo());
