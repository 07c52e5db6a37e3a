import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, renameSync, statSync } from 'node:fs';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { waitFor } from '../support/wait-for.ts';
import { activityLine, activityOf, after, program, Rig, saidIn, settings, stop, objectIn } from './rig.ts';

const started = 'INFO supervisord started with pid N';

test('the activity log goes to standard error alone', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([rig.puppet('web')]);
  await rig.stage.next('web');
  await stop(init);

  equal(activityOf(init)[0], started);
  equal(init.stdout.text, '');
});

test('logfile=/dev/stdout writes each line once, to standard output', async () => {
  for (const logfile of ['/dev/stdout', '/dev/fd/1', '/proc/self/fd/1']) {
    await using rig = await Rig.open();

    await using init = rig.supervise([settings({ logfile, logfile_maxbytes: 0 }), rig.puppet('web')]);
    await rig.stage.next('web');
    await stop(init);

    deepEqual([logfile, saidIn(init.lines).filter((said) => said === started)], [logfile, [started]]);
    equal(saidIn(init.stdout.all)[0], started);
    deepEqual(activityOf(init), []);
  }
});

test('logfile=/dev/stdout may keep the default logfile_maxbytes', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([settings({ logfile: '/dev/stdout' }), rig.puppet('web')]);
  await rig.stage.next('web');

  equal(await stop(init), 0);
  deepEqual(
    saidIn(init.lines).filter((said) => /cannot|started/.test(said)),
    [started],
  );
});

test('a log file gets every line, and so does standard error', async () => {
  await using rig = await Rig.open();
  const logfile = rig.scratch.path('activity.log');

  await using init = rig.supervise([settings({ logfile }), rig.puppet('web')]);
  await rig.stage.next('web');
  await stop(init);

  const inFile = rig.scratch.read('activity.log').trimEnd().split('\n');
  deepEqual(
    inFile,
    init.stderr.all.filter((line) => activityLine.test(line)),
  );
  equal(saidIn(inFile)[0], started);
  ok(inFile.at(-1)?.endsWith('stopped: web (terminated by SIGTERM)'));
});

test('silent keeps the log file and leaves our streams alone', async () => {
  await using rig = await Rig.open();
  const logfile = rig.scratch.path('activity.log');

  await using init = rig.supervise([settings({ logfile, silent: true }), rig.puppet('web')]);
  await (await rig.stage.next('web')).write(1, 'hello\n');
  await init.line(/web \| hello/);
  await stop(init);

  deepEqual(saidIn(init.lines), []);
  equal(saidIn(rig.scratch.read('activity.log').split('\n'))[0], started);
});

test('a log file that cannot be opened is told on standard error, and everything runs', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('taken'));

  await using init = rig.supervise([settings({ logfile: rig.scratch.path('taken') }), rig.puppet('web')]);
  await rig.stage.next('web');

  match(await init.stderr.line(/ERRO cannot open/), /taken.*EISDIR/);
  equal(await stop(init), 0);
});

test('logformat=json writes one JSON object a line, with level, time and message', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([settings({ logformat: 'json' }), rig.puppet('web')]);
  await rig.stage.next('web');
  await stop(init);

  const objects = init.stderr.all.filter((line) => line.startsWith('{')).map((line) => objectIn(line));
  match(String(objects[0]?.['msg']), /^supervisord started with pid 1$/);
  equal(objects[0]?.['level'], 'info');
  equal(objects.find(({ msg }) => String(msg).startsWith('stopped:'))?.['level'], 'warn');
  match(String(objects.at(-1)?.['msg']), /^tsupervisor: exit 0: stopped by SIGTERM after /);
  equal(objects.length, init.stderr.all.length);
  ok(objects.every(({ time }) => /^\d{4}-\d\d-\d\dT[\d:.]+Z$/.test(String(time))));
  deepEqual(activityOf(init), []);
});

test('loglevel says how much is told', async () => {
  const levels: Record<string, readonly string[]> = {};
  for (const loglevel of ['warn', 'info', 'debug']) {
    await using rig = await Rig.open();
    await using init = rig.supervise([settings({ loglevel }), rig.puppet('web')]);
    await rig.stage.next('web');
    await stop(init);
    levels[loglevel] = [...new Set(activityOf(init).map((said) => said.slice(0, 4)))].toSorted();
  }

  deepEqual(levels, { warn: ['WARN'], info: ['INFO', 'WARN'], debug: ['DEBG', 'INFO', 'WARN'] });
});

test('the -e option wins over loglevel', async () => {
  await using rig = await Rig.open();
  const config = rig.config([settings({ loglevel: 'debug' }), rig.puppet('web')]);

  await using init = new Pid1([tsupervisor, '-c', config, '-e', 'error']);
  await rig.stage.next('web');

  equal(await stop(init), 0);
  deepEqual(activityOf(init), []);
});

test('the log file is rotated at logfile_maxbytes, and logfile_backups of them are kept', async () => {
  await using rig = await Rig.open();
  const logfile = rig.scratch.path('activity.log');

  await using init = rig.supervise([
    settings({ logfile, logfile_maxbytes: '1KB', logfile_backups: 2 }),
    program('many', {
      command: '/bin/sleep 1000',
      process_name: '%(program_name)s_%(process_num)02d',
      numprocs: 25,
      startsecs: 0,
    }),
  ]);
  await init.stderr.matching(/success:/, 25);
  await stop(init);

  const sizes = ['activity.log', 'activity.log.1', 'activity.log.2'].map(
    (name) => statSync(rig.scratch.path(name)).size,
  );
  ok(
    sizes.every((size) => size <= 1300),
    `sizes are ${sizes.join(', ')}`,
  );
  ok(sizes.slice(1).every((size) => size >= 1024));
  equal(existsSync(`${logfile}.3`), false);
  match(rig.scratch.read('activity.log') + rig.scratch.read('activity.log.1'), /stopped: many_24/);
});

test('SIGUSR2 reopens the activity log and the logs of programs by their paths', async () => {
  await using rig = await Rig.open();
  const logfile = rig.scratch.path('activity.log');
  const [stdout, stderr] = [rig.scratch.path('web.out'), rig.scratch.path('web.err')];

  await using init = rig.supervise([
    settings({ logfile }),
    rig.puppet('web', { stdout_logfile: stdout, stderr_logfile: stderr }),
  ]);
  const web = await rig.stage.next('web');
  await web.write(1, 'before\n');
  await waitFor('the first line', () => rig.scratch.read('web.out') === 'before\n');
  for (const path of [logfile, stdout, stderr]) renameSync(path, `${path}.old`);
  await init.signal('SIGUSR2');
  await init.stderr.line(/INFO supervisord logreopen/);
  await web.write(1, 'after\n');
  await waitFor('the second line', () => existsSync(stdout) && rig.scratch.read('web.out') === 'after\n');
  await stop(init);

  equal(rig.scratch.read('web.out.old'), 'before\n');
  equal(rig.scratch.read('web.err'), '');
  match(rig.scratch.read('activity.log.old'), /received SIGUSR2 indicating log reopen request/);
  match(rig.scratch.read('activity.log'), /supervisord logreopen/);
  ok(!rig.scratch.read('activity.log').includes('spawned'));
});

test('it lives with standard streams that are closed from the beginning', async () => {
  await using rig = await Rig.open();
  const logfile = rig.scratch.path('activity.log');
  const config = rig.config([settings({ logfile }), rig.puppet('web')]);

  await using init = new Pid1(after('exec 0<&- 1>&- 2>&-', [tsupervisor, '-c', config]));
  const web = await rig.stage.next('web');
  await web.write(1, 'into nothing\n');
  await web.write(2, 'into nothing\n');
  await stop(init);

  match(rig.scratch.read('activity.log'), /stopped: web/);
});
