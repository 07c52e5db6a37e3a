import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { HoldClock } from '../../src/output/hold-clock.ts';
import { FlowRig, type FormatName, MemorySink, written } from './output-rig.ts';

const formats: readonly FormatName[] = ['raw', 'prefix', 'json'];

/** Text with many newlines, and now and then escapes, controls and other scripts. */
const programText = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.string({ unit: 'binary' }) },
      { weight: 3, arbitrary: fc.constant('\n') },
      fc.constantFrom('\r\n', '"', '\\', '\u0000', 'é', '漢字', '🦊', '{"a":1}'),
    ),
  )
  .map((parts) => parts.join(''));

/** Cuts bytes at the given places. */
function cut(bytes: Buffer, places: readonly number[]): Buffer[] {
  const at = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...at, bytes.length].map((end, index) => bytes.subarray(at[index - 1] ?? 0, end));
}

const endsInNewline = (text: string): string => (text === '' || text.endsWith('\n') ? text : `${text}\n`);

for (const format of formats) {
  test(`${format}: what a program writes arrives whole, wherever reads cut it and however slow the sink is`, () => {
    fc.assert(
      fc.property(
        programText,
        fc.array(fc.nat()),
        fc.integer({ min: 1, max: 300 }),
        (text, places, roomBytes) => {
          const input = Buffer.from(text);
          const rig = new FlowRig(format, { roomBytes });

          for (const chunk of cut(input, places)) rig.read(chunk);
          rig.end();

          const expected = format === 'raw' ? input.toString() : endsInNewline(input.toString());
          equal(written(format, rig.sink.bytes), expected);
        },
      ),
    );
  });

  test(`${format}: a chunk that is longer than any read arrives whole after an unfinished line`, () => {
    const input = 'line of text\n'.repeat(50_000);
    const rig = new FlowRig(format, { roomBytes: 10_000 });

    rig.read('unfinished ').read(input).end();

    equal(written(format, rig.sink.bytes), `unfinished ${input}`);
  });

  test(`${format}: reads cut anywhere give the same output as one read`, () => {
    fc.assert(
      fc.property(programText, fc.array(fc.nat()), (text, places) => {
        const whole = new FlowRig(format).read(text).end();
        const parts = new FlowRig(format);

        for (const chunk of cut(Buffer.from(text), places)) parts.read(chunk);
        parts.end();

        equal(parts.sink.text, whole.sink.text);
      }),
    );
  });
}

for (const format of ['prefix', 'json'] as const) {
  test(`${format}: a line of more than 64 KB is cut at 64 KB, wherever reads cut it`, () => {
    const line = 'abcdefgh'.repeat(20_000);
    const expected = [65_536, 65_536, 28_928, 5];
    for (const size of [1000, 65_535, 65_536, 65_537, 200_000]) {
      const rig = new FlowRig(format);

      const input = Buffer.from(`${line}\nshort\n`);
      for (let at = 0; at < input.length; at += size) rig.read(input.subarray(at, at + size));
      rig.end();

      const messages = rig.sink.text
        .split('\n')
        .slice(0, -1)
        .map((out) => (format === 'json' ? JSON.parse(out).message : out.slice(6)));
      deepEqual(
        messages.map((message: string) => message.length),
        expected,
      );
      equal(messages.join(''), `${line}short`);
    }
  });
}

test('json: the pieces of a long line are marked, the last one is not', () => {
  const rig = new FlowRig('json').read(`${'a'.repeat(70_000)}\n`);

  const objects = rig.sink.text
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));

  deepEqual(
    objects.map((object) => object.partial),
    [true, undefined],
  );
});

test('a long line is never cut inside a character', () => {
  const rig = new FlowRig('json').read(`a${'漢'.repeat(30_000)}\n`);

  equal(written('json', rig.sink.bytes), `a${'漢'.repeat(30_000)}\n`);
});

test('raw: a long line arrives as it is', () => {
  const rig = new FlowRig('raw').read('a'.repeat(100_000)).read(`${'b'.repeat(100_000)}\n`);

  equal(rig.sink.text, `${'a'.repeat(100_000)}${'b'.repeat(100_000)}\n`);
});

for (const format of formats) {
  test(`${format}: lines of two programs are not mixed within a line`, () => {
    const sink = new MemorySink();
    const one = new FlowRig(format, { sink, name: 'web' });
    const other = new FlowRig(format, { sink, name: 'job' });

    one.read('first ');
    other.read('second ');
    one.read('line\n');
    other.read('line\n');

    const lines = sink.text.trimEnd().split('\n');
    ok(lines[0]?.includes('first line') && lines[1]?.includes('second line'), sink.text);
  });
}

test('an unfinished line is released after a second, with one timer for all streams', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const clock = new HoldClock(() => now);
  const sink = new MemorySink();
  const one = new FlowRig('raw', { sink, clock });
  const other = new FlowRig('raw', { sink, clock });
  const advance = (ms: number) => {
    now += ms;
    context.mock.timers.tick(ms);
  };

  one.read('one…');
  advance(600);
  other.read('other…');
  advance(399);
  equal(sink.text, '');
  advance(1);
  equal(sink.text, 'one…');
  advance(600);

  equal(sink.text, 'one…other…');
});

test('a line that is finished in time is not released in the middle of the next one', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const clock = new HoldClock(() => now);
  const rig = new FlowRig('prefix', { clock });

  rig.read('a');
  now += 900;
  context.mock.timers.tick(900);
  rig.read('b\nc');
  now += 900;
  context.mock.timers.tick(900);
  equal(rig.sink.text, 'web | ab\n');
  now += 100;
  context.mock.timers.tick(100);

  equal(rig.sink.text, 'web | ab\nweb | c\n');
});

test('a line that is released in the middle of a character keeps the character together', (context) => {
  context.mock.timers.enable({ apis: ['setTimeout'] });
  let now = 0;
  const rig = new FlowRig('json', { clock: new HoldClock(() => now) });
  const fox = Buffer.from('a🦊');

  rig.read(fox.subarray(0, 3));
  now += 1000;
  context.mock.timers.tick(1000);
  rig.read(fox.subarray(3)).read('\n');

  equal(written('json', rig.sink.bytes), 'a🦊\n');
  equal(rig.sink.text.split('\n').length, 3);
});

test('after a raw stream has left a line open, a formatted line begins on a new one', () => {
  const sink = new MemorySink();
  const raw = new FlowRig('raw', { sink });
  raw.read('prompt: ').flow.release();

  new FlowRig('prefix', { sink }).read('line\n');
  raw.read('answer\n');

  equal(sink.text, 'prompt: \nweb | line\nanswer\n');
});

test('a full sink stops formatting: newlines that grow a hundredfold do not fill memory', () => {
  const rig = new FlowRig('json', { roomBytes: 1 });

  const input = Buffer.alloc(256 * 1024, 10);
  rig.flow.feed(input);

  ok(rig.sink.bytes.length < 600_000, `${rig.sink.bytes.length}`);
  rig.end();
  equal(written('json', rig.sink.bytes).length, input.length);
});
