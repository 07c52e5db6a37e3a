import { deepEqual, equal, match } from 'node:assert/strict';
import { openSync, readFileSync, readlinkSync, writeSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';

import { closeFd } from '../../src/linux/descriptors.ts';
import { ownGroups } from '../../src/linux/identity.ts';
import { libc } from '../../src/linux/libc.ts';
import { sendSignal } from '../../src/linux/signals.ts';
import { ownProcessGroup } from '../../src/linux/terminal.ts';
import { Deaths, readAll, requestFor, run, shell, spawnOrFail } from './support/run-program.ts';

const exitedWell = { kind: 'exited', code: 0 };
// Needs root, as everything here that changes the user does.
const nobody = { uid: 65_534, gid: 65_534, groups: [65_534, 4] };

const statusOf = (text: string, field: string): string =>
  new RegExp(`^${field}:\\s*(.*?)\\s*$`, 'm').exec(text)?.[1] ?? '';

test('a program gets its arguments and its environment exactly', async () => {
  const argv = ['/bin/cat', '/proc/self/cmdline', '/proc/self/environ'];
  const environment = new Map([
    ['EMPTY', ''],
    ['LINES', 'a\nb=c'],
    ['ÜMLAUT', 'käse €  𝄞'],
  ]);

  const ran = await run(requestFor(argv, { environment }));

  equal(ran.stdout, `${argv.join('\0')}\0EMPTY=\0LINES=a\nb=c\0ÜMLAUT=käse €  𝄞\0`);
  deepEqual(ran.status, exitedWell);
});

test('whatever the arguments and the environment are, the program gets them', async () => {
  // A name ends at the first "=", and nothing can hold a NUL. A lone surrogate is not a character.
  const text = fc.string({ unit: 'grapheme', maxLength: 200 }).map((one) => one.replaceAll('\0', ''));
  const name = text.map((one) => one.replaceAll('=', '')).filter((one) => one !== '');
  const environments = fc.dictionary(name, text).map((one) => new Map(Object.entries(one)));

  await fc.assert(
    fc.asyncProperty(fc.array(text), environments, async (words, environment) => {
      const argv = [
        'cat',
        '/proc/self/environ',
        '/proc/self/cmdline',
        '--',
        ...words.map((one) => `/dev/null/${one}`),
      ];
      const request = { ...requestFor(argv, { environment }), path: '/bin/cat' };
      const ran = await run(request);
      const variables = [...environment].map(([key, value]) => `${key}=${value}`);
      equal(ran.stdout, [...variables, ...argv].map((one) => `${one}\0`).join(''));
    }),
    { numRuns: 50 },
  );
});

test('the first argument may differ from the file', async () => {
  const request = { ...requestFor(['another name', '-c', 'echo $0']), path: '/bin/sh' };

  const ran = await run(request);

  equal(ran.stdout, 'another name\n');
});

test('a program starts with every signal at its default and none blocked', async () => {
  const ran = await run(requestFor(['/bin/cat', '/proc/self/status']));

  const masks = ['SigBlk', 'SigIgn', 'SigCgt'].map((field) => statusOf(ran.stdout, field));
  deepEqual(
    masks,
    Array.from({ length: 3 }, () => '0000000000000000'),
  );
});

test('a program has no descriptor above 2, even when one of ours is not close-on-exec', async () => {
  const F_SETFD = 2;
  const ours = openSync('/dev/null', 'r');
  libc.fcntl(ours, F_SETFD, 0);

  const ran = await run(requestFor(['/bin/ls', '/proc/self/fd']));
  closeFd(ours);

  // 3 is the folder that ls reads.
  equal(ran.stdout, '0\n1\n2\n3\n');
});

test('a program has a process group of its own, or ours', async () => {
  const line = shell('cut -d " " -f 5 /proc/$$/stat');

  const own = await run(requestFor(line));
  const inherited = await run(requestFor(line, { processGroup: 'inherit' }));

  equal(own.stdout, `${own.pid}\n`);
  equal(inherited.stdout, `${ownProcessGroup()}\n`);
});

test('stdin is a pipe that we write to', async () => {
  using deaths = new Deaths();
  const spawned = spawnOrFail(requestFor(['/bin/cat'], { stdin: { kind: 'pipe' } }));

  writeSync(spawned.stdinFd ?? -1, 'hello\n');
  closeFd(spawned.stdinFd ?? -1);

  equal(await readAll(spawned.stdoutFd), 'hello\n');
  equal(await readAll(spawned.stderrFd), '');
  deepEqual(await deaths.of(spawned.pid), exitedWell);
});

test('the descriptors that stay with us are non-blocking and close-on-exec', async () => {
  using deaths = new Deaths();
  const { pid, stdinFd, stdoutFd, stderrFd } = spawnOrFail(
    requestFor(['/bin/cat'], { stdin: { kind: 'pipe' } }),
  );
  const flags = [stdinFd, stdoutFd, stderrFd].map((fd) =>
    Number.parseInt(statusOf(readFileSync(`/proc/self/fdinfo/${fd}`, 'utf8'), 'flags'), 8),
  );

  for (const fd of [stdinFd, stdoutFd, stderrFd]) closeFd(fd ?? -1);
  await deaths.of(pid);

  deepEqual(flags, [0o2004001, 0o2004000, 0o2004000]);
});

test('stderr goes where stdout goes with sameAsStdout', async () => {
  const request = requestFor(shell('echo one; echo two >&2'), { stderr: { kind: 'sameAsStdout' } });

  const ran = await run(request);

  equal(ran.stdout, 'one\ntwo\n');
});

test('our own stdout and stderr can be swapped for a program', async () => {
  using deaths = new Deaths();
  const request = requestFor(['/bin/cat'], { stdin: { kind: 'pipe' } });

  const spawned = spawnOrFail({ ...request, stdout: { kind: 'fd', fd: 2 }, stderr: { kind: 'fd', fd: 1 } });
  const theirs = [1, 2].map((fd) => readlinkSync(`/proc/${spawned.pid}/fd/${fd}`));
  closeFd(spawned.stdinFd ?? -1);
  await deaths.of(spawned.pid);

  deepEqual(
    theirs,
    [2, 1].map((fd) => readlinkSync(`/proc/self/fd/${fd}`)),
  );
});

test('a program runs with the umask of the request, and we keep ours', async () => {
  const before = process.umask();

  const ran = await run(requestFor(shell('umask'), { umask: 0o137 }));

  equal(ran.stdout, '0137\n');
  equal(process.umask(), before);
});

test('a program runs in the directory of the request, and we stay where we are', async () => {
  const before = process.cwd();

  const ran = await run(requestFor(['/bin/pwd'], { directory: '/proc/self/net/..' }));

  match(ran.stdout, /^\/proc\/\d+/);
  equal(process.cwd(), before);
});

test('a program under another user has its real, effective and saved ids and groups', async () => {
  const groupsBefore = ownGroups();

  const ran = await run(requestFor(['/bin/cat', '/proc/self/status'], { credentials: nobody }));

  equal(statusOf(ran.stdout, 'Uid'), '65534\t65534\t65534\t65534');
  equal(statusOf(ran.stdout, 'Gid'), '65534\t65534\t65534\t65534');
  equal(statusOf(ran.stdout, 'Groups'), '4 65534');
  equal(statusOf(ran.stdout, 'CapEff'), '0000000000000000');
  const own = readFileSync('/proc/self/status', 'utf8');
  equal(statusOf(own, 'Uid'), '0\t0\t0\t0');
  equal(statusOf(own, 'Gid'), '0\t0\t0\t0');
  deepEqual(ownGroups(), groupsBefore);
});

test('a program under another user has no group but those of the request', async () => {
  const request = requestFor(['/usr/bin/id', '-G'], { credentials: { ...nobody, groups: [] } });

  const ran = await run(request);

  equal(ran.stdout, '65534\n');
});

test('a program under another user can open /dev/stdin, /dev/stdout and /dev/stderr', async () => {
  using deaths = new Deaths();
  const line = shell('cat </dev/stdin >/dev/stdout; echo three >/dev/stderr');
  const spawned = spawnOrFail(requestFor(line, { credentials: nobody, stdin: { kind: 'pipe' } }));
  closeFd(spawned.stdinFd ?? -1);

  const texts = await Promise.all([readAll(spawned.stdoutFd), readAll(spawned.stderrFd)]);

  deepEqual(texts, ['', 'three\n']);
  deepEqual(await deaths.of(spawned.pid), exitedWell);
});

test('a program can be killed with everything in its process group', async () => {
  using deaths = new Deaths();
  const spawned = spawnOrFail(requestFor(shell('sleep 1000 & echo ready; wait')));
  const output = readAll(spawned.stdoutFd);
  const errors = readAll(spawned.stderrFd);

  equal(sendSignal({ pid: spawned.pid, signal: 9, group: true }), 'sent');

  deepEqual(await deaths.of(spawned.pid), { kind: 'signaled', signal: 9, coreDumped: false });
  // The pipes end only when the last process that holds them has ended.
  match(await output, /^(ready\n)?$/);
  equal(await errors, '');
});
