import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { existsSync, mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { waitFor } from '../support/wait-for.ts';
import { program, Rig, stop } from './rig.ts';

const once = { startsecs: 0, autorestart: false };

test('rotated logs are compressed, and those that cannot be end up as they were', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('bad.log.gz.tmp'));
  const rotated = { stdout_logfile_maxbytes: '1KB', stdout_logfile_compress: true };

  await using init = rig.supervise([
    rig.puppet('good', { stdout_logfile: rig.scratch.path('good.log'), ...rotated }),
    rig.puppet('bad', { stdout_logfile: rig.scratch.path('bad.log'), ...rotated }),
  ]);
  const text = `${'x'.repeat(1100)}\n`;
  await (await rig.stage.next('good')).write(1, text);
  await (await rig.stage.next('bad')).write(1, text);
  await waitFor('the compressed log', () => existsSync(rig.scratch.path('good.log.1.gz')));
  await waitFor('what is said', () => init.stderr.text.includes('cannot compress'));

  equal(gunzipSync(readFileSync(rig.scratch.path('good.log.1.gz'))).toString(), text);
  equal(rig.scratch.read('bad.log.1'), text);
  match(
    init.stderr.text,
    /cannot compress \S+\/bad\.log\.1: \w+ failed with \w+; rotated files stay as they are/,
  );
  equal(await stop(init), 0);
});

test('the end leaves the rotated log compressed or not, and never half', async () => {
  await using rig = await Rig.open();
  mkdirSync(rig.scratch.path('logs'));
  const bytes = 20_000_000;

  await using init = rig.supervise([
    program('web', {
      command: rig.sh(`exec head -c ${bytes} /dev/urandom`),
      stdout_logfile: rig.scratch.path('logs/web.log'),
      stdout_logfile_maxbytes: bytes,
      stdout_logfile_compress: true,
      ...once,
    }),
  ]);
  await init.exit();

  const [log, backup = '', ...others] = readdirSync(rig.scratch.path('logs')).toSorted();
  deepEqual([log, others], ['web.log', []]);
  ok(['web.log.1', 'web.log.1.gz'].includes(backup), backup);
  const content = readFileSync(rig.scratch.path(`logs/${backup}`));
  equal((backup.endsWith('.gz') ? gunzipSync(content) : content).length, bytes);
});

test('the lines of one message are one object on stdout', async () => {
  await using rig = await Rig.open();

  await using init = rig.supervise([
    program('web', {
      command: rig.sh(String.raw`printf '12:00 Error\nat f\n12:01 next\n'`),
      output_format: 'json',
      output_multiline: String.raw`regex:^\d\d:\d\d `,
      ...once,
    }),
  ]);
  await init.exit();

  deepEqual(
    init.stdout.text
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line).message),
    ['12:00 Error\nat f', '12:01 next'],
  );
});
