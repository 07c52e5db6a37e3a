import { closeSync, readSync } from 'node:fs';
import { Socket } from 'node:net';
import { type ChannelPlan, type OutputPlan } from '../../src/output/channel-plan.ts';
import { OutputPlane } from '../../src/output/output-plane.ts';
import { type SinkReport } from '../../src/output/sink.ts';
import { growPipe, makePipe, type Pipe } from '../../src/linux/descriptors.ts';

/** Reads all there is until everybody has closed the other end. */
export async function readAll(fd: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  const socket = new Socket({ fd, readable: true, writable: false });
  for await (const chunk of socket) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Reads what is there now, up to a limit; the pipe must not be empty. */
export function readSome(fd: number, maxBytes = 65_536): Buffer {
  const bytes = Buffer.alloc(maxBytes);
  return bytes.subarray(0, readSync(fd, bytes));
}

/** An output plane whose stdout and stderr are pipes of the test. */
export class PlaneRig implements Disposable {
  readonly stdout: Pipe = makePipe();
  readonly stderr: Pipe = makePipe();
  readonly reports: SinkReport[] = [];
  readonly plane: OutputPlane;

  constructor() {
    this.plane = new OutputPlane({
      report: (report) => this.reports.push(report),
      growPipe: (fd) => void growPipe(fd, 1 << 20),
      stdoutFd: this.stdout.writeFd,
      stderrFd: this.stderr.writeFd,
    });
  }

  /** Closes our ends of stdout and stderr, so that their readers see the end. */
  [Symbol.dispose](): void {
    this.plane.stdout.close();
    this.plane.stderr.close();
    closeSync(this.stdout.writeFd);
    closeSync(this.stderr.writeFd);
  }
}

/** A plan with stdout and stderr in the given format. */
export function streamPlan(
  name: string,
  format: 'raw' | 'prefix' | 'json',
  change: Partial<ChannelPlan> = {},
): OutputPlan {
  const channel = (stream: 'stdout' | 'stderr'): ChannelPlan => ({
    destinations: [{ kind: 'stream', stream, format }],
    stripAnsi: false,
    tailBytes: 65_536,
    captureMaxBytes: 0,
    ...change,
  });
  return {
    name,
    program: name,
    process: name,
    stdout: channel('stdout'),
    stderr: channel('stderr'),
    drainMs: 300,
  };
}
