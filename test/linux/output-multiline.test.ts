import { deepEqual, equal } from 'node:assert/strict';
import { closeSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { makePipe } from '../../src/linux/descriptors.ts';
import { type OutputFormat } from '../../src/output/channel-plan.ts';
import { ProcessOutput } from '../../src/output/process-output.ts';
import { PlaneRig, readSome, streamPlan } from './output-rig.ts';

/** What a program's text looks like on stdout, when indented lines belong to the one before. */
async function shown(format: OutputFormat, text: string): Promise<string> {
  using rig = new PlaneRig();
  const plan = streamPlan('web', 'raw', {
    destinations: [{ kind: 'stream', stream: 'stdout', format, multiline: { kind: 'indented' } }],
  });
  rig.plane.setNames(['web']);
  const output = new ProcessOutput(plan, rig.plane);
  const pipe = makePipe();
  output.attach({ pid: 7, stdoutFd: pipe.readFd, stderrFd: undefined });

  writeSync(pipe.writeFd, text);
  closeSync(pipe.writeFd);
  await new Promise<void>((resolve) => output.drained(resolve));
  return readSome(rig.stdout.readFd).toString();
}

const trace = 'Error\n  at f\n  at g\nnext\n';

test('in JSON a message of several lines is one object', async () => {
  const lines = (await shown('json', trace)).trimEnd().split('\n');

  deepEqual(
    lines.map((line) => JSON.parse(line).message),
    ['Error\n  at f\n  at g', 'next'],
  );
});

test('with prefixes each line of a message has its own', async () => {
  equal(await shown('prefix', trace), 'web | Error\nweb |   at f\nweb |   at g\nweb | next\n');
});

test('raw output has no messages', async () => {
  equal(await shown('raw', trace), trace);
});
