import { equal } from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { HoldClock } from '../../src/output/hold-clock.ts';
import { SyslogFlow } from '../../src/output/syslog-flow.ts';
import { TeeFlow } from '../../src/output/tee-flow.ts';
import { FlowRig, MemorySink } from './output-rig.ts';

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

test('a line is not cut while nobody reads how it goes on, and has its whole second afterwards', (context) => {
  const { clock, advance } = virtualClock(context);
  const rig = new FlowRig('prefix', { clock });

  rig.read('a');
  rig.flow.pause();
  advance(60_000);
  rig.flow.resume();
  advance(999);
  equal(rig.sink.text, '');
  rig.read('b\nc');
  equal(rig.sink.text, 'web | ab\n');
  advance(1000);

  equal(rig.sink.text, 'web | ab\nweb | c\n');
});

test('a line that is paused does not keep the others from being released', (context) => {
  const { clock, advance } = virtualClock(context);
  const sink = new MemorySink();
  const [paused, other] = [new FlowRig('raw', { sink, clock }), new FlowRig('raw', { sink, clock })];

  paused.read('paused…').flow.pause();
  advance(500);
  other.read('other…');
  advance(1000);
  equal(sink.text, 'other…');
  paused.flow.resume();
  advance(1000);

  equal(sink.text, 'other…paused…');
});

test('at the end a paused line goes out too', (context) => {
  const { clock } = virtualClock(context);
  const rig = new FlowRig('raw', { clock });

  rig.read('last').flow.pause();
  clock.releaseAll();

  equal(rig.sink.text, 'last');
});

test('a line with several destinations is paused in all of them', (context) => {
  const { clock, advance } = virtualClock(context);
  const [line, syslog] = [new FlowRig('raw', { clock }), new MemorySink()];
  const tee = new TeeFlow([line.flow, new SyslogFlow({ sink: syslog, clock })]);

  tee.feed(Buffer.from('a'));
  tee.pause();
  advance(1000);
  equal(line.sink.text + syslog.text, '');
  tee.resume();
  tee.feed(Buffer.from('b\n'));

  equal(line.sink.text, 'ab\n');
  equal(syslog.text, 'ab\n');
});
