/** Spawns as whoever runs this, and prints as one line of JSON what came of each request. */
import { closeFd, openDescriptors } from '../../../src/linux/descriptors.ts';
import { getLimit } from '../../../src/linux/limits.ts';
import { type SpawnRequest, spawn } from '../../../src/linux/spawn.ts';
import { Deaths, readAll, requestFor, shell } from './run-program.ts';

const other = { uid: 12_345, gid: 12_345, groups: [12_345] };
const self = { uid: process.getuid?.() ?? -1, gid: process.getgid?.() ?? -1, groups: [77] };
const readable = shell('echo hello >/dev/stdout; id -u; id -G');

const requests: Readonly<Record<string, SpawnRequest>> = {
  plain: requestFor(readable),
  identity: requestFor(readable, { credentials: other }),
  restricted: requestFor(readable, { credentials: other, noNewPrivileges: true }),
  self: requestFor(readable, { credentials: self }),
  // It waits for the end of its stdin: a hard limit is lowered when the program runs.
  lower: requestFor(shell('cat; ulimit -Hn'), {
    limits: [{ resource: 'nofile', soft: 50n, hard: 50n }],
    stdin: { kind: 'pipe' },
  }),
  nice: requestFor(['/bin/true'], { nice: -5 }),
  oomScoreAdj: requestFor(['/bin/true'], { oomScoreAdj: -500 }),
};

using deaths = new Deaths();
const before = { descriptors: openDescriptors().length, nofile: getLimit('nofile').hard };
const outcomes: Record<string, unknown> = {};
for (const [name, request] of Object.entries(requests)) {
  const outcome = spawn(request);
  if (outcome.kind === 'failed') {
    outcomes[name] = `${outcome.step} ${outcome.code}`;
    continue;
  }
  if (outcome.stdinFd !== undefined) closeFd(outcome.stdinFd);
  // One after the other: the order of the lines is the order of the requests.
  // oxlint-disable-next-line eslint/no-await-in-loop
  const [output] = await Promise.all([readAll(outcome.stdoutFd), deaths.of(outcome.pid)]);
  closeFd(outcome.stderrFd ?? -1);
  outcomes[name] = { output, refused: outcome.refused };
}
const after = { descriptors: openDescriptors().length, nofile: getLimit('nofile').hard };
const isUnchanged = before.nofile === after.nofile && process.getuid?.() === process.geteuid?.();
process.stdout.write(`${JSON.stringify({ ...outcomes, isUnchanged })}\n`);
