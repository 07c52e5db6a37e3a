/** Run as PID 1 (`init`) or below it (`subreaper`): 300 orphans end with code 7, and all are reaped. */
import { becomeSubreaper, watchChildren } from '../../../src/linux/reap.ts';
import { requestFor, shell, spawnOrFail } from './run-program.ts';

const count = 300;
const orphans = `i=0; while [ $i -lt ${count} ]; do (sh -c 'exit 7' &); i=$((i+1)); done`;

if (process.argv[2] === 'subreaper') becomeSubreaper();
// A child that has died is nobody's business here, only orphans are: their parents are the shells.
const alive = setInterval(() => undefined, 1 << 30);
let reaped = 0;
const watch = watchChildren(({ status }) => {
  if (status.kind === 'exited' && status.code === 7) reaped += 1;
  if (reaped < count) return;
  process.stdout.write(`reaped ${reaped} orphans with code 7\n`);
  clearInterval(alive);
  watch[Symbol.dispose]();
});
spawnOrFail(
  requestFor(shell(`(${orphans}) & exit 0`), { stdout: { kind: 'null' }, stderr: { kind: 'null' } }),
);
