import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { after, command, Rig, stop } from './rig.ts';

// Not those that say something about ourselves (PIPE, TTIN, TTOU, CHLD) or about a fault of ours (SEGV, SYS, …).
const forwarded = [
  ...([
    'SIGHUP',
    'SIGINT',
    'SIGQUIT',
    'SIGUSR1',
    'SIGUSR2',
    'SIGALRM',
    'SIGTERM',
    'SIGCONT',
    'SIGTSTP',
  ] as const),
  ...(['SIGURG', 'SIGXCPU', 'SIGXFSZ', 'SIGVTALRM', 'SIGPROF', 'SIGWINCH', 'SIGIO', 'SIGPWR'] as const),
];

for (const signal of forwarded) {
  test(`${signal} reaches the command`, async () => {
    await using rig = await Rig.open();

    await using init = command(rig.stage.argv('main'));
    const main = await rig.stage.next('main');
    await main.report(signal);
    await init.signal(signal);

    equal(await main.signal(), signal);
  });
}

test('SIGSTKFLT and real-time signals, such as the RTMIN+3 that stops systemd, reach the command', async () => {
  for (const number of [16, 34, 37, 50, 64]) {
    await using init = command([
      '/usr/bin/python3',
      '-ISc',
      `import signal,sys; signal.signal(${number}, lambda *_: sys.exit(9)); print("up", flush=True); signal.pause()`,
    ]);
    await init.line(/up/);
    await init.run(['/bin/bash', '-c', `kill -${number} 1`]);
    deepEqual([number, (await init.exit()).code], [number, 9]);
  }
});

test('a signal that may not be sent to the command is said in one line', async () => {
  // A file with the set-user-ID bit, as sudo(8) is: what it becomes is not ours to signal.
  const prepare = 'cp "$(command -v setpriv)" /run/become; chmod 4755 /run/become';
  const become = ['/run/become', '--reuid', '0', '/bin/sh', '-c', 'echo up; read word; exit 5'];
  const argv = ['setpriv', '--reuid', '65534', '--clear-groups', tsupervisor, '--', ...become];

  await using init = new Pid1(after(prepare, argv), { stdin: 'pipe' });
  await init.line(/^up$/);
  await init.signal('SIGTERM');
  await init.line(/ERRO cannot forward SIGTERM to process \d+: EPERM$/);
  init.stdin.write('go\n');

  equal((await init.exit()).code, 5);
  ok(!init.stderr.text.includes('uncaught'));
});

test('a command that handles SIGTERM decides the exit code; one that does not gives 143', async () => {
  await using rig = await Rig.open();

  for (const [handles, code] of [
    [true, 23],
    [false, 143],
  ] as const) {
    await using init = command(rig.stage.argv('main'));
    const main = await rig.stage.next('main');
    if (handles) await main.exitOn('SIGTERM', 23);
    equal(await stop(init), code);
  }
});

test('a command that ignores SIGTERM is left in peace', async () => {
  await using rig = await Rig.open();

  await using init = command(rig.stage.argv('main'));
  const main = await rig.stage.next('main');
  await main.report('SIGTERM');
  for (let count = 0; count < 3; count++) {
    await init.signal('SIGTERM');
    equal(await main.signal(), 'SIGTERM');
  }
  await main.exit(0);

  equal((await init.exit()).code, 0);
});

test('a stopped command goes on with SIGCONT', async () => {
  await using rig = await Rig.open();

  await using init = command(rig.stage.argv('main'));
  const main = await rig.stage.next('main');
  await init.signal('SIGTSTP');
  await waitFor('the stopped state', async () =>
    (await init.processes()).some(({ pid, state }) => pid === main.pid && state === 'T'),
  );
  await init.signal('SIGCONT');
  await main.exit(3);

  equal((await init.exit()).code, 3);
});

test('the end of standard input reaches the command', async () => {
  await using init = command(['/bin/sh', '-c', 'cat; echo over'], { stdin: 'pipe' });
  init.stdin.end('in\n');

  equal((await init.exit()).code, 0);
  equal(init.stdout.text, 'in\nover\n');
});

const earlySignal = `
import os, signal, sys
signal.pthread_sigmask(signal.SIG_BLOCK, [signal.SIGTERM])
os.kill(os.getpid(), signal.SIGTERM)
os.execv(sys.argv[1], sys.argv[1:])
`;

test('a signal that comes before Node has started reaches the command', async () => {
  await using init = new Pid1(['python3', '-c', earlySignal, tsupervisor, '--', 'sleep', '1000']);

  equal((await init.exit()).code, 143);
});

test('no signal is blocked in a command', async () => {
  await using init = command(['grep', 'SigBlk', '/proc/self/status']);

  equal((await init.exit()).code, 0);
  equal(init.stdout.text, 'SigBlk:\t0000000000000000\n');
});

test('the end of a command is not missed amid a storm of signals', async () => {
  await using rig = await Rig.open();

  await using init = command(rig.stage.argv('main'));
  const main = await rig.stage.next('main');
  await main.ignore('SIGUSR2');
  const storm = init.run(['python3', '-c', 'import os\nwhile True: os.kill(1, 12)']).catch(() => undefined);
  await main.exit(7);

  equal((await init.exit()).code, 7);
  await storm;
});
