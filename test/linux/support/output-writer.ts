/**
 * Writes a number of bytes to its standard output through a stream sink, as fast as the sink takes them, and what the
 * sink reported to its standard error. Usage: output-writer.ts BYTES
 */
import { type SinkReport } from '../../../src/output/sink.ts';
import { StreamSink } from '../../../src/output/stream-sink.ts';

const reports: SinkReport[] = [];
const sink = new StreamSink({ place: { fd: 1 }, name: 'stdout', report: (report) => reports.push(report) });
const line = Buffer.from(`${'x'.repeat(99)}\n`.repeat(100));
let leftBytes = Number(process.argv[2]);

function writeOn(): void {
  while (leftBytes > 0) {
    leftBytes -= line.length;
    if (!sink.write(line)) return sink.whenReady(writeOn);
  }
}

writeOn();
await sink.flush();
process.stderr.write(JSON.stringify({ lostBytes: sink.lostBytes, reports }));
