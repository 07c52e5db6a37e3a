import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { activityOf, after, program, Rig, settings, stop, objectIn } from './rig.ts';

const lastLine = (init: Pid1): string => init.stderr.all.at(-1) ?? '';

test('a critical program that ends for good stops everything in order, and its exit code is ours', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('db', { priority: 1 }),
    rig.puppet('side', { priority: 5 }),
    rig.puppet('web', { critical: true, autorestart: false }),
  ]);
  await rig.stage.next('db');
  await rig.stage.next('side');
  await (await rig.stage.next('web')).exit(42);
  equal((await init.exit()).code, 42);

  deepEqual(
    activityOf(init).flatMap((said) => /(?:exited|stopped): (\w+)/.exec(said)?.[1] ?? []),
    ['web', 'side', 'db'],
  );
  match(lastLine(init), /^tsupervisor: exit 42: .*web.*exit status 42 after \d+\.\ds, started once$/);
});

test('a critical program that is started again does not end the container', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web', { critical: true })]);
  await (await rig.stage.next('web')).exit(42);
  await rig.stage.next('web');

  equal(await stop(init), 0);
});

test('a critical program that is FATAL ends the container with its last exit code', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('exit 78'), startsecs: 5, startretries: 1, critical: true }),
    rig.puppet('other'),
  ]);
  equal((await init.exit()).code, 78);

  match(lastLine(init), /^tsupervisor: exit 78: .*web.*FATAL.*exit status 78.*started 2 times$/);
});

test('a FATAL program whose last exit code was 0 does not look like success', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: '/bin/true', startsecs: 5, startretries: 0, critical: true }),
    rig.puppet('other'),
  ]);

  equal((await init.exit()).code, 1);
});

for (const [signal, code] of [
  ['SIGKILL', 137],
  ['SIGSEGV', 139],
  ['SIGTERM', 143],
] as const) {
  test(`a critical program that ${signal} killed gives ${code}`, async () => {
    await using rig = await Rig.open();

    await using init = rig.supervise([
      rig.puppet('web', { critical: true, autorestart: false }),
      rig.puppet('other'),
    ]);
    await (await rig.stage.next('web')).die(signal);
    equal((await init.exit()).code, code);

    match(lastLine(init), new RegExp(`web.*terminated by ${signal}`));
  });
}

test('a critical program that ends with an expected code gives exactly that code', async () => {
  for (const code of [0, 3]) {
    await using rig = await Rig.open();
    await using init = rig.supervise([
      rig.puppet('web', { critical: true, exitcodes: '0,3' }),
      rig.puppet('other'),
    ]);
    await (await rig.stage.next('web')).exit(code);
    equal((await init.exit()).code, code);
  }
});

test('programs that do not stop in time do not change the exit code of a critical one', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    settings({ shutdown_timeout: '200ms', exit_code_on_stop: 9 }),
    rig.puppet('web', { critical: true, autorestart: false }),
    rig.puppet('deaf', { stopwaitsecs: 1000 }),
  ]);
  await (await rig.stage.next('deaf')).ignore('SIGTERM');
  await (await rig.stage.next('web')).exit(5);

  equal((await init.exit()).code, 5);
});

test('a SIGTERM while a critical failure stops everything does not hide it', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    rig.puppet('web', { critical: true, autorestart: false }),
    rig.puppet('slow', { stopwaitsecs: 1000 }),
  ]);
  const slow = await rig.stage.next('slow');
  await slow.report('SIGTERM');
  await (await rig.stage.next('web')).exit(5);
  await slow.signal();
  await init.signal('SIGTERM');
  await init.line(/received SIGTERM/);
  await slow.exit(0);

  equal((await init.exit()).code, 5);
});

test('when everything has ended as expected, the container ends with 0', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('a', { exitcodes: '0,2' }), rig.puppet('b')]);
  await (await rig.stage.next('a')).exit(2);
  await (await rig.stage.next('b')).exit(0);
  equal((await init.exit()).code, 0);

  match(lastLine(init), /^tsupervisor: exit 0: every program has ended as expected, after /);
});

test('when everything has ended, the first that failed gives the exit code', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise(['a', 'b', 'c'].map((name) => rig.puppet(name, { autorestart: false })));
  await (await rig.stage.next('b')).exit(0);
  await init.line(/exited: b/);
  await (await rig.stage.next('c')).exit(7);
  await init.line(/exited: c/);
  await (await rig.stage.next('a')).exit(8);
  equal((await init.exit()).code, 7);

  match(lastLine(init), /^tsupervisor: exit 7: .*\bc\b.*exit status 7/);
});

test('when everything is FATAL, the container ends', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('exit 5'), startsecs: 5, startretries: 0 }),
  ]);

  equal((await init.exit()).code, 5);
});

test('exit_when_done=false stays when everything has ended', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([settings({ exit_when_done: false }), rig.puppet('web')]);
  await (await rig.stage.next('web')).exit(0);
  await init.line(/exited: web/);
  const { code } = await init.run(['/bin/true']);

  equal(code, 0);
  equal(await stop(init), 0);
});

test('a config whose programs are all autostart=false stays up, and so does one without programs', async () => {
  for (const sections of [[program('lazy', { command: '/bin/cat', autostart: false })], []]) {
    await using rig = await Rig.open();
    await using init = rig.supervise(sections);
    await init.line(/supervisord started/);
    equal((await init.run(['/bin/sleep', '0.1'])).code, 0);
    equal(await stop(init), 0);
    match(lastLine(init), /^tsupervisor: exit 0: stopped by SIGTERM after /);
  }
});

/** Runs with a termination log as Kubernetes makes it, and gives its content at the end. */
async function terminationLog(rig: Rig, sections: readonly string[], before = ''): Promise<string> {
  const file = rig.scratch.write('termination-log', before, 0o666);
  const config = rig.config(sections);
  // A /dev of our own: the machine's has no such file, and must not get one.
  const mount = [
    'mkdir /run/dev',
    'mount --rbind /dev /run/dev',
    'mount -t tmpfs -o mode=755 tmpfs /dev',
    'for n in null zero urandom tty; do touch /dev/$n; mount --bind /run/dev/$n /dev/$n; done',
    'ln -s /proc/self/fd /dev/fd; ln -s /proc/self/fd/1 /dev/stdout; ln -s /proc/self/fd/2 /dev/stderr',
    `touch /dev/termination-log; mount --bind ${file} /dev/termination-log`,
  ].join('\n');
  await using init = new Pid1(after(mount, [tsupervisor, '-c', config]));
  await init.exit();
  return rig.scratch.read('termination-log');
}

test('the termination log tells the culprit as JSON, with the end of its stderr', async () => {
  await using rig = await Rig.open();

  const written = await terminationLog(rig, [
    program('web', {
      command: rig.sh('echo starting >&2; echo "cannot open database" >&2; exit 9'),
      startsecs: 0,
      autorestart: false,
      critical: true,
    }),
    rig.puppet('other'),
  ]);

  const told = objectIn(written);
  deepEqual(
    [told['exitCode'], told['program'], told['process'], told['code'], told['starts']],
    [9, 'web', 'web', 9, 1],
  );
  match(String(told['reason']), /web.*exit status 9/);
  equal(told['stderr'], 'starting\ncannot open database\n');
  equal(typeof told['uptimeSeconds'], 'number');
});

test('the termination log names the signal of a program that was killed', async () => {
  await using rig = await Rig.open();

  const written = await terminationLog(rig, [
    program('web', { command: rig.sh('kill -SEGV $$'), startsecs: 0, autorestart: false, critical: true }),
  ]);

  const told = objectIn(written);
  deepEqual([told['exitCode'], told['signal']], [139, 'SIGSEGV']);
});

test('the termination log has at most 4096 bytes, whatever the program wrote', async () => {
  await using rig = await Rig.open();

  for (const text of ['seq 1 100000', 'head -c 300000 /dev/urandom', "yes 'grüße \\\"\\\\' | head -5000"]) {
    const written = await terminationLog(rig, [
      program('web', {
        command: rig.sh(`( ${text} ) >&2; echo "the end" >&2; exit 3`),
        startsecs: 0,
        autorestart: false,
        critical: true,
      }),
    ]);
    ok(Buffer.byteLength(written) <= 4096, `${Buffer.byteLength(written)} bytes`);
    ok(Buffer.byteLength(written) > 2000, `${Buffer.byteLength(written)} bytes`);
    match(String(objectIn(written)['stderr']), /the end\n$/);
  }
});

test('a termination log that begins in the middle of a character is well-formed', async () => {
  await using rig = await Rig.open();

  // One of the two is cut between the halves of a character.
  for (const end of ['x', 'xx']) {
    const written = await terminationLog(rig, [
      program('web', {
        command: rig.sh(`{ for n in $(seq 3000); do printf '\u{1F600}'; done; printf ${end}; } >&2; exit 3`),
        startsecs: 0,
        autorestart: false,
        critical: true,
      }),
    ]);
    const stderr = String(objectIn(written)['stderr']);
    ok(stderr.isWellFormed());
    match(stderr, new RegExp(`\u{1F600}${end}$`, 'u'));
  }
});

test('the termination log has at most 4096 bytes, however long the reason is', async () => {
  await using rig = await Rig.open();

  for (const name of ['web', '\u{1F600}'.repeat(120)]) {
    const written = await terminationLog(rig, [
      program(name, { command: `/${'x'.repeat(8000)}`, startretries: 0, critical: true }),
    ]);
    ok(Buffer.byteLength(written) <= 4096, `${Buffer.byteLength(written)} bytes`);
    const told = objectIn(written);
    equal(told['exitCode'], 127);
    match(String(told['reason']), /^the critical program .*…$/);
    ok(String(told['process']).isWellFormed());
    ok(name.startsWith(String(told['process']).slice(0, 50)));
  }
});

test('a message that a program has written to the termination log itself is kept', async () => {
  await using rig = await Rig.open();

  const written = await terminationLog(rig, [
    program('web', {
      command: rig.sh('echo "my own words" > /dev/termination-log; exit 3'),
      startsecs: 0,
      autorestart: false,
      critical: true,
    }),
  ]);

  equal(written, 'my own words\n');
});

test('a termination log that is absent is not created', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web', { critical: true, autorestart: false })]);

  await using init = new Pid1(
    after('mkdir /run/dev', [
      '/bin/sh',
      '-c',
      `${tsupervisor} -c ${config}; echo "code $?"; ls /dev/termination-log`,
    ]),
  );
  await (await rig.stage.next('web')).exit(3);
  await init.exit();

  match(init.stdout.text, /code 3/);
  match(init.stderr.text, /cannot access '\/dev\/termination-log'/);
});
