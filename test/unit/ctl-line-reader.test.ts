import { deepEqual, equal } from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { TerminalLines } from '../../src/ctl/line-reader.ts';

/** Completions that are answered when the test says so. */
class Completions {
  readonly asked: string[] = [];
  #answers: (() => void)[] = [];

  complete(line: string): Promise<[string[], string]> {
    this.asked.push(line);
    const { promise, resolve } = Promise.withResolvers<[string[], string]>();
    this.#answers.push(() => resolve([['cat '], 'c']));
    return promise;
  }

  /** Answers, and lets the reader take it. */
  async answer(): Promise<void> {
    for (const answer of this.#answers.splice(0)) answer();
    await new Promise(setImmediate);
  }
}

/** A reader that has asked and been answered once already: Node treats the first question of a terminal otherwise. */
async function askedOnce(): Promise<{
  readonly keys: PassThrough;
  readonly lines: TerminalLines;
  readonly completions: Completions;
}> {
  const [keys, completions] = [new PassThrough(), new Completions()];
  const editing = { history: [], complete: (line: string) => completions.complete(line) };
  const lines = new TerminalLines({ input: keys, output: new PassThrough().resume(), editing });
  const first = lines.ask('> ');
  keys.write('version\r');
  equal(await first, 'version');
  return { keys, lines, completions };
}

test('a Tab completes the line', async () => {
  const { keys, lines, completions } = await askedOnce();

  const line = lines.ask('> ');
  keys.write('status c\t');
  await new Promise(setImmediate);
  await completions.answer();
  keys.write('\r');

  deepEqual([await line, completions.asked], ['status cat ', ['status c']]);
});

test('a Tab that was pasted together with the Enter after it completes nothing', async () => {
  const { keys, lines, completions } = await askedOnce();

  const line = lines.ask('> ');
  keys.write('status c\t\r');
  equal(await line, 'status c');
  await completions.answer();

  const next = lines.ask('> ');
  keys.write('exit\r');
  equal(await next, 'exit');
});

test('a Tab amid pasted text is dropped', async () => {
  const { keys, lines, completions } = await askedOnce();

  const line = lines.ask('> ');
  keys.write('status c\tat');
  await new Promise(setImmediate);
  await completions.answer();
  keys.write('\r');

  equal(await line, 'status cat');
});
