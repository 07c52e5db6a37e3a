import { equal, match, ok } from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { Scratch } from '../support/scratch.ts';
import { Rig } from './rig.ts';

/** tsupervisor on a terminal of its own; it is not PID 1 here, the owner of the terminal is. */
const onTerminal = (argv: readonly string[]): Pid1 =>
  new Pid1(['/usr/bin/python3', '-IS', join(import.meta.dirname, 'terminal.py'), tsupervisor, ...argv], {
    stdin: 'pipe',
    env: { PS1: '$ ', TERM: 'dumb' },
  });

const shownBy = (init: Pid1): string => init.stdout.text.replaceAll('\r', '');

test('the command has the terminal: it is its foreground process group, in its session', async () => {
  const look =
    'import os; print("tty", os.isatty(0), os.isatty(1), os.isatty(2), os.tcgetpgrp(0) == os.getpgrp() == os.getpid())';

  await using init = onTerminal(['--', '/usr/bin/python3', '-ISc', look]);
  equal((await init.exit()).code, 0);

  equal(shownBy(init), 'tty True True True True\n');
});

test('Ctrl-C interrupts the command, and its exit code is ours', async () => {
  await using init = onTerminal([
    '--',
    '/bin/sh',
    '-c',
    'trap "echo caught; exit 9" INT; echo up; while :; do sleep 0.02; done',
  ]);
  await init.line(/up/);
  init.stdin.write('\u0003');

  equal((await init.exit()).code, 9);
  match(shownBy(init), /caught/);
});

test('Ctrl-C that is not handled gives 130, and Ctrl-\\ 131', async () => {
  for (const [key, code] of [
    ['\u0003', 130],
    ['\u001C', 131],
  ] as const) {
    await using init = onTerminal(['--', '/bin/sh', '-c', 'ulimit -c 0; echo up; exec sleep 1000']);
    await init.line(/up/);
    init.stdin.write(key);
    equal((await init.exit()).code, code);
  }
});

test('an interactive shell has job control', async () => {
  await using init = onTerminal(['--', '/bin/bash', '--norc', '--noprofile', '-i']);
  init.stdin.write('sleep 1000\n');
  await init.line(/sleep 1000/);
  // Until the shell has handed the terminal to its job, a key would reach the shell.
  const jobHasTerminal = 'until [ "$(ps -o stat= -C sleep | tr -d " ")" = "S+" ]; do sleep 0.02; done';
  await init.run(['/bin/sh', '-c', `timeout 10 sh -c '${jobHasTerminal}'`]);
  init.stdin.write('\u001A');
  await init.line(/Stopped +sleep 1000/);
  // The shell warns of its stopped job once, and obeys the second time.
  init.stdin.write('exit 7\n');
  await init.line(/There are stopped jobs/);
  init.stdin.write('exit 7\n');

  equal((await init.exit()).code, 7);
  ok(!shownBy(init).includes('no job control'));
});

test('what is typed reaches the command, and Ctrl-D ends its input', async () => {
  await using init = onTerminal(['--', '/bin/sh', '-c', 'read word; echo "got $word"; cat; echo over']);
  init.stdin.write('hello\n');
  await init.line(/got hello/);
  init.stdin.write('\u0004');
  equal((await init.exit()).code, 0);

  match(shownBy(init), /over\n$/);
});

test('the size of the terminal is that of the command', async () => {
  await using init = onTerminal(['--', '/bin/sh', '-c', 'stty rows 33 cols 77; stty size']);
  await init.exit();

  equal(shownBy(init), '33 77\n');
});

test('a script that is not interactive leaves the terminal usable', async () => {
  const both = `${tsupervisor} -- /bin/sh -c 'exit 5'; echo "code $?"; stty -a > /dev/null && read word && echo "got $word"`;

  await using init = new Pid1(
    ['/usr/bin/python3', '-IS', join(import.meta.dirname, 'terminal.py'), '/bin/bash', '--norc', '-ic', both],
    { stdin: 'pipe' },
  );
  await init.line(/code 5/);
  init.stdin.write('back\n');
  await init.exit();

  match(shownBy(init), /got back/);
});

test('a command that cannot be executed leaves the terminal to whoever waits', async () => {
  await using scratch = new Scratch();
  const bad = scratch.write('bad', '#!/no/such/interpreter\n', 0o755);
  const both = `${tsupervisor} -- ${bad}; echo "code $?"; read word && echo "got $word"`;

  // A shell without job control does not take the terminal back itself.
  await using init = new Pid1(
    ['/usr/bin/python3', '-IS', join(import.meta.dirname, 'terminal.py'), '/bin/sh', '-c', both],
    { stdin: 'pipe' },
  );
  await init.line(/code 127/);
  init.stdin.write('back\n');
  await init.exit();

  match(shownBy(init), /got back/);
});

test('Ctrl-C on a supervisor asks it to stop, and does not reach its programs', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web')]);

  await using init = onTerminal(['-c', config]);
  const web = await rig.stage.next('web');
  await web.report('SIGINT');
  await web.report('SIGTERM');
  init.stdin.write('\u0003');
  equal(await web.signal(), 'SIGTERM');
  await web.exit(0);

  equal((await init.exit()).code, 0);
  match(shownBy(init), /received SIGINT indicating exit request/);
});
