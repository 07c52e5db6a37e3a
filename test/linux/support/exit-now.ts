/** Exits at once with the code that is its argument, while another thread waits for ever. */
import { writeSync } from 'node:fs';
import { Worker } from 'node:worker_threads';

import { exitNow } from '../../../src/linux/exit.ts';

process.on('exit', () => writeSync(1, 'a handler has run\n'));
const waiting = new Int32Array(new SharedArrayBuffer(8));
const body = `
  const waiting = require('node:worker_threads').workerData;
  Atomics.store(waiting, 1, 1);
  Atomics.notify(waiting, 1);
  Atomics.wait(waiting, 0, 0);
`;
const worker = new Worker(body, { eval: true, workerData: waiting });
worker.unref();
Atomics.wait(waiting, 1, 0);
writeSync(1, 'before\n');
exitNow(Number(process.argv[2]));
