import { equal, ok } from 'node:assert/strict';
import { closeSync, writeSync } from 'node:fs';
import { test } from 'node:test';
import { growPipe, makePipe } from '../../src/linux/descriptors.ts';
import { ProcessOutput } from '../../src/output/process-output.ts';
import { waitFor } from '../support/wait-for.ts';
import { PlaneRig, readAll, streamPlan } from './output-rig.ts';

const instances = 5;

/** What one instance writes: more than the sink and one read take, no more than its pipe holds. */
const textOf = (instance: number): Buffer => Buffer.from(`${instance} is here\n`.repeat(90_000));

/** An instance that writes all it has, without being read meanwhile, and ends. */
function live(output: ProcessOutput, instance: number): void {
  const pipe = makePipe();
  growPipe(pipe.writeFd, 1 << 20);
  output.attach({ pid: instance, stdoutFd: pipe.readFd, stderrFd: undefined });
  equal(writeSync(pipe.writeFd, textOf(instance)), textOf(instance).length);
  closeSync(pipe.writeFd);
}

test('what an instance wrote comes before what the next ones write, also when the reader has stalled', async () => {
  const rig = new PlaneRig();
  const output = new ProcessOutput(streamPlan('web', 'raw'), rig.plane);
  for (let instance = 1; instance <= instances; instance++) live(output, instance);
  await waitFor('a full sink', () => rig.plane.stdout.isFull);
  ok(output.isBehind);

  const read = readAll(rig.stdout.readFd);
  await waitFor('the end of the output', () => !output.isBehind);
  await new Promise<void>((resolve) => output.drained(resolve));
  await rig.plane.flush(20_000);
  rig[Symbol.dispose]();

  const texts = Array.from({ length: instances }, (_, index) => textOf(index + 1));
  ok((await read).equals(Buffer.concat(texts)));
});

test('a pipe that is held open by a grandchild does not keep the next instance from being read', async () => {
  using rig = new PlaneRig();
  const output = new ProcessOutput(streamPlan('web', 'raw'), rig.plane);
  const [old, next] = [makePipe(), makePipe()];
  output.attach({ pid: 1, stdoutFd: old.readFd, stderrFd: undefined });
  output.attach({ pid: 2, stdoutFd: next.readFd, stderrFd: undefined });
  ok(output.isBehind);

  writeSync(next.writeFd, 'next\n');
  await waitFor('its line', () => output.tail('stdout').text() === 'next\n');
  writeSync(old.writeFd, 'old\n');
  await waitFor('the line of the grandchild', () => output.tail('stdout').text() === 'next\nold\n');

  equal(output.isBehind, false);
  closeSync(old.writeFd);
  closeSync(next.writeFd);
});
