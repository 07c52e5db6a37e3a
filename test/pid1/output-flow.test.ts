import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityOf, outputOf, program, Rig, settings, stop, stuck } from './rig.ts';

const once = { startsecs: 0, autorestart: false };

test('the last output of a program that crashes is not lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh('seq 1 20000; printf last; kill -SEGV $$'),
      critical: true,
      ...once,
    }),
  ]);
  equal((await init.exit()).code, 139);

  const lines = outputOf(init, 'web');
  equal(lines.length, 20_001);
  equal(lines.at(-1), 'last');
});

test('the last output of a program that is stopped or killed at shutdown is not lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('soft', {
      command: rig.sh('trap "seq 1 20000; exit 0" TERM; echo up; while :; do sleep 0.01; done'),
    }),
    program('hard', {
      command: rig.sh('trap "seq 1 20000; echo last" TERM; echo up; while :; do sleep 0.01; done'),
      stopwaitsecs: 1,
    }),
  ]);
  await init.stdout.matching(/\| up/, 2);

  equal(await stop(init), 0);
  equal(outputOf(init, 'soft').length, 20_001);
  equal(outputOf(init, 'hard').length, 20_002);
  ok(activityOf(init).includes("WARN killing 'hard' (N) with SIGKILL"));
});

test('a grandchild that keeps the pipe does not delay a restart, and its own output is not lost', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh(`if [ -e ${rig.scratch.path('second')} ]; then echo second; exec sleep 1000; fi
touch ${rig.scratch.path('second')}
( while ! [ -e ${rig.scratch.path('go')} ]; do sleep 0.05; done; echo from the grandchild; echo bye ) &
echo first; exit 1`),
      startsecs: 0,
    }),
  ]);
  await init.line(/web \| second/);
  const before = outputOf(init, 'web');
  rig.scratch.write('go', '');
  await init.line(/web \| bye/);

  deepEqual(before, ['first', 'second']);
  deepEqual(outputOf(init, 'web'), ['first', 'second', 'from the grandchild', 'bye']);
});

test('a grandchild that keeps the pipe does not hold up the end', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', { command: rig.sh('setsid sleep 1000 & echo done; exit 4'), critical: true, ...once }),
  ]);

  equal((await init.exit()).code, 4);
  deepEqual(outputOf(init, 'web'), ['done']);
});

for (const [what, shell] of [
  ['pipes', 'exec "$@" | cat'],
  ['pipes of another user', 'setpriv --reuid=1000 --regid=1000 --clear-groups "$@" | cat'],
  ['one pipe for both streams', '"$@" 2>&1 | { sleep 0.3; cat; }'],
  ['a file', 'f=$(mktemp); "$@" > $f; cat $f'],
  ['a socket', 'exec "$@"'],
] as const) {
  test(`onto ${what} every line comes whole and in order, from several programs at once`, async () => {
    await using rig = await Rig.open();
    const counting = (name: string, where: string): string =>
      program(name, { command: rig.sh(`exec seq -f ${name}%012.0f 1 60000 ${where}`), ...once });
    const config = rig.config([counting('a', ''), counting('b', ''), counting('e', '>&2')]);

    await using init = new Pid1(['/bin/sh', '-c', shell, 'sh', tsupervisor, '-s', '-c', config]);
    await init.exit();

    for (const name of ['a', 'b', 'e']) {
      const lines = init.lines.filter((line) => line.startsWith(`${name} | `)).map((line) => line.slice(4));
      equal(lines.length, 60_000);
      ok(lines.every((line, index) => line === `${name}${String(index + 1).padStart(12, '0')}`));
    }
  });
}

/** A program that ends at once, and a reader of its output. */
const lastWords = (rig: Rig, reader: string): Pid1 => {
  // More than our pipe to the reader holds; the program itself ends at once.
  const web = program('web', { command: rig.sh('head -c 1500000 /dev/zero'), output_format: 'raw', ...once });
  const config = rig.config([settings({ shutdown_timeout: 1 }), web]);
  return new Pid1(['/bin/sh', '-c', `${tsupervisor} -c ${config} | { ${reader}; }`]);
};

test('the end waits for a reader as long as it reads, however slowly', async () => {
  await using rig = await Rig.open();
  const slowly = 'i=0; while [ $i -lt 30 ]; do head -c 40000; sleep 0.1; i=$((i+1)); done; cat';

  await using init = lastWords(rig, `{ ${slowly}; } | wc -c`);
  await init.exit();

  equal(init.stdout.text.trim(), '1500000');
  ok(!init.stderr.text.includes('lost'));
});

test('what nobody reads at the end is said to be lost', async () => {
  await using rig = await Rig.open();

  await using init = lastWords(rig, 'exec sleep 1000');

  match(
    await init.stderr.line(/lost/),
    /CRIT output is lost: nobody has read it for 1 s; \d+ bytes waited here/,
  );
  await init.stderr.line(/^tsupervisor: exit 0/);
});

test('a reader that stalls and goes on has lost nothing, and memory stays bounded', async () => {
  await using rig = await Rig.open();
  const size = 40_000_000;
  const config = rig.config([rig.puppet('web', { output_format: 'raw', autorestart: false })]);
  const go = rig.scratch.path('go');
  const reader = `while ! [ -e ${go} ]; do sleep 0.05; done; exec wc -c`;

  // The shell is PID 1 here; tsupervisor writes into a pipe whose reader does not read yet.
  await using init = new Pid1(['/bin/sh', '-c', `${tsupervisor} -c ${config} | { ${reader}; }`]);
  const web = await rig.stage.next('web');
  const flood = web.flood(1, size);
  const own = await waitFor('tsupervisor', async () =>
    (await init.processes()).find(({ command }) => command.startsWith(tsupervisor)),
  );
  const status = await init.path(`/proc/${own.pid}/status`);
  const rssKb = (): number => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(status, 'utf8'))?.[1]);
  await stuck(init, { writer: web.pid, own: own.pid });
  const stalledKb = rssKb();
  rig.scratch.write('go', '');
  await flood;
  await web.exit(0);
  await init.exit();

  equal(init.stdout.text.trim(), String(size));
  ok(stalledKb < 150_000, `resident: ${stalledKb} KB`);
});

test('programs live on when the reader of standard output has gone, and that is told once', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('web', { output_format: 'raw' })]);

  await using init = new Pid1(['/bin/sh', '-c', `${tsupervisor} -c ${config} | head -1`]);
  const web = await rig.stage.next('web');
  await web.write(1, 'first\n');
  await init.line(/first/);
  await waitFor('the end of head', async () =>
    (await init.processes()).every(({ comm, state }) => comm !== 'head' || state === 'Z'),
  );
  for (let count = 0; count < 50; count++) await web.write(1, `${'x'.repeat(1000)}\n`);
  await init.stderr.line(/cannot write stdout: EPIPE/);
  await web.write(1, 'still here\n');
  await web.write(2, 'marker\n');
  await init.stderr.line(/marker/);

  equal(rig.stage.starts('web'), 1);
  equal(init.stderr.all.filter((line) => line.includes('EPIPE')).length, 1);
});

test('a program that closes its output lives on', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  const web = await rig.stage.next('web');
  await web.write(1, 'before\n');
  await web.close(1);
  await web.close(2);
  await init.line(/before/);
  equal((await web.identity()).ppid, 1);

  equal(await stop(init), 0);
});
