import { deepEqual, equal, ok } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import fc from 'fast-check';
import { HoldClock } from '../../src/output/hold-clock.ts';
import { type Multiline } from '../../src/output/multiline.ts';
import { FlowRig, MemorySink, written } from './output-rig.ts';

const formats = ['prefix', 'json'] as const;
const indented: Multiline = { kind: 'indented' };
const dated: Multiline = { kind: 'start', pattern: /^\d{2}:\d{2} / };

/** Lines of programs: some indented, some dated, some empty, some JSON, some with bytes that need escapes. */
const programText = fc
  .array(
    fc.oneof(
      { weight: 3, arbitrary: fc.constant('\n') },
      fc.constantFrom(
        '  at f()',
        '\tmore',
        '12:34 ',
        'plain',
        '\r\n',
        '{"a":1}\n',
        '{"a":\n',
        '"',
        '\\',
        '漢字',
        '🦊',
      ),
      fc.string({ unit: 'binary' }),
    ),
  )
  .map((parts) => parts.join(''));

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
}

const endsInNewline = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

const messagesOf = (rig: FlowRig): unknown[] =>
  rig.sink.text
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line).message);

/** Which messages a text has: the plain way. */
function expectedMessages(text: string, begins: (line: string) => boolean): string[] {
  const messages: string[] = [];
  for (const line of endsInNewline(text).split('\n').slice(0, -1)) {
    const last = messages.at(-1);
    if (last === undefined || begins(line)) messages.push(line);
    else messages[messages.length - 1] = `${last}\n${line}`;
  }
  return messages;
}

const asText = (message: unknown): string =>
  typeof message === 'string' ? message : JSON.stringify(message);

for (const [name, multiline, begins] of [
  ['indented', indented, (line: string) => !/^[ \t]/.test(line)],
  ['regex', dated, (line: string) => /^\d{2}:\d{2} /.test(line)],
] as const) {
  for (const format of formats)
    test(`${format}, ${name}: no byte is lost or doubled, wherever reads cut it and however slow the sink is`, () => {
      fc.assert(
        fc.property(
          programText,
          fc.array(fc.nat()),
          fc.integer({ min: 1, max: 300 }),
          (text, places, roomBytes) => {
            const rig = new FlowRig(format, { roomBytes, multiline });

            for (const chunk of cut(Buffer.from(text), places)) rig.read(chunk);
            rig.end();

            equal(written(format, rig.sink.bytes), endsInNewline(Buffer.from(text).toString()));
          },
        ),
      );
    });

  test(`json, ${name}: each object holds one message, wherever reads cut it`, () => {
    fc.assert(
      fc.property(programText, fc.array(fc.nat()), (text, places) => {
        const rig = new FlowRig('json', { multiline });

        for (const chunk of cut(Buffer.from(text), places)) rig.read(chunk);
        rig.end();

        deepEqual(messagesOf(rig).map(asText), expectedMessages(Buffer.from(text).toString(), begins));
      }),
    );
  });
}

const longText = fc
  .array(fc.tuple(fc.constantFrom('x', ' x', '漢', ' '), fc.integer({ min: 1, max: 90_000 })), {
    maxLength: 8,
  })
  .map((lines) => lines.map(([unit, count]) => `${unit.repeat(count).slice(0, count)}\n`).join(''));

for (const format of formats)
  test(`${format}: messages and lines of more than 64 KB are cut alike wherever reads cut them`, () => {
    fc.assert(
      fc.property(longText, fc.integer({ min: 900, max: 262_144 }), (text, size) => {
        const input = Buffer.from(text);
        const [whole, parts] = [32_768, size].map((step) => {
          const rig = new FlowRig(format, { multiline: indented });
          for (let at = 0; at < input.length; at += step) rig.read(input.subarray(at, at + step));
          return rig.end().sink.text;
        });

        equal(parts, whole);
        if (format === 'json') equal(written('json', Buffer.from(parts ?? '')), text);
      }),
      { numRuns: 30 },
    );
  });

test('a message of more than 64 KB is cut between two lines', () => {
  const lines = Array.from({ length: 100 }, (_, index) => `${' '.repeat(999)}${index % 10}`);

  const rig = new FlowRig('json', { multiline: indented }).read(`${lines.join('\n')}\n`).end();

  deepEqual(
    messagesOf(rig).map((message) => asText(message).split('\n').length),
    [65, 35],
  );
});

test('lines of another program do not come between the lines of a message', () => {
  const sink = new MemorySink();
  const one = new FlowRig('prefix', { sink, name: 'web', multiline: indented });
  const other = new FlowRig('prefix', { sink, name: 'job' });

  one.read('Error\n');
  other.read('done\n');
  one.read('  at f\n  at');
  other.read('done\n');
  one.read(' g\nnext\n').end();

  equal(sink.text, 'job | done\njob | done\nweb | Error\nweb |   at f\nweb |   at g\nweb | next\n');
});

test('lines of a message stay together also when the sink becomes full among them', () => {
  const sink = new MemorySink(1);
  const rig = new FlowRig('prefix', { sink, multiline: indented });
  const message = `Error\n${' \n'.repeat(30_000)}`;

  rig.flow.feed(Buffer.from(`${message}next\n`));

  equal(sink.text.split('\n').length - 1, 30_001);
});

test('a message is released a second after it began, and what follows is a message of its own', (context) => {
  const { clock, advance } = virtualClock(context);
  const rig = new FlowRig('json', { clock, multiline: indented });

  rig.read('Error\n');
  advance(600);
  rig.read('  at f\n');
  advance(399);
  equal(rig.sink.text, '');
  advance(1);
  deepEqual(messagesOf(rig), ['Error\n  at f']);
  rig.read('  at g\nnext\n');

  deepEqual(messagesOf(rig), ['Error\n  at f', '  at g']);
});

test('an unfinished line is not released with the message before it', (context) => {
  const { clock, advance } = virtualClock(context);
  const rig = new FlowRig('json', { clock, multiline: indented });

  rig.read('Error\n  at f\nunfini');
  advance(1000);
  rig.read('shed\nnext\n');

  deepEqual(messagesOf(rig), ['Error\n  at f', 'unfinished']);
});

test('an unfinished line alone is released after a second, as a piece', (context) => {
  const { clock, advance } = virtualClock(context);
  const rig = new FlowRig('json', { clock, multiline: indented });

  rig.read('prompt: ');
  advance(1000);
  rig.read('answer\nnext\n').end();

  equal(written('json', rig.sink.bytes), 'prompt: answer\nnext\n');
  ok(rig.sink.text.includes('"partial":true'));
});

test('everything held goes out when all is released', () => {
  const clock = new HoldClock();
  const rig = new FlowRig('json', { clock, multiline: indented }).read('Error\n  at f\nrest');

  clock.releaseAll();

  deepEqual(messagesOf(rig), ['Error\n  at f', 'rest']);
});

test('a JSON object of one line is the message as it is; one of several lines is text', () => {
  const rig = new FlowRig('json', { multiline: indented }).read('{"a":1}\n{"a":\n 1}\n').end();

  deepEqual(messagesOf(rig), [{ a: 1 }, '{"a":\n 1}']);
});

/** A clock of held lines, and how time passes. */
function virtualClock(context: TestContext) {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const advance = (ms: number): void => {
    now += ms;
    context.mock.timers.tick(ms);
  };
  return { clock: new HoldClock(() => now), advance };
}
