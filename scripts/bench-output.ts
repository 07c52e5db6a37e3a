/**
 * Measures the output path: a flood of lines through a pipe into /dev/null, a pipe and a file, in each format, with
 * `cat` on the same pipe as the yardstick. Usage: scripts/node scripts/bench-output.ts [line bytes] [seconds]
 */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { closeSync, constants, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dlopen } from 'node:ffi';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Destination, type OutputFormat } from '../src/output/channel-plan.ts';
import { OutputPlane } from '../src/output/output-plane.ts';
import { ProcessOutput } from '../src/output/process-output.ts';

const F_SETPIPE_SZ = 1031;
const lineBytes = Number(process.argv[2] ?? 100);
const seconds = Number(process.argv[3] ?? 1.5);
const { functions: libc } = dlopen(null, {
  fcntl: { return: 'int32', arguments: ['int32', 'int32', 'int32'] },
});
const folder = mkdtempSync(join(tmpdir(), 'bench-output-'));
const line = 'x'.repeat(lineBytes - 1);

/** A pipe as the two ends of a FIFO. */
function makePipe(): { readonly readFd: number; readonly writeFd: number } {
  const path = join(folder, 'fifo');
  rmSync(path, { force: true });
  execFileSync('mkfifo', [path]);
  const readFd = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  return { readFd, writeFd: openSync(path, constants.O_WRONLY) };
}

function openSink(name: string): { readonly fd: number; readonly reader?: ChildProcess } {
  if (name !== 'pipe') return { fd: openSync(name, 'w') };
  const { readFd, writeFd } = makePipe();
  // cat needs a blocking end.
  const blockingFd = openSync(`/proc/self/fd/${readFd}`, 'r');
  closeSync(readFd);
  return {
    fd: writeFd,
    reader: spawn('cat', { stdio: [blockingFd, openSync('/dev/null', 'w'), 'inherit'] }),
  };
}

function show(name: string, bytes: number, startedMs: number): void {
  const rate = bytes / 1e6 / (performance.now() - startedMs);
  const rss = /VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1];
  console.log(`${name.padEnd(28)} ${rate.toFixed(2).padStart(6)} GB/s   peak RSS ${Number(rss) >> 10} MB`);
}

function plan(destination: Destination, count: (chunk: Uint8Array) => void) {
  const stdout = {
    destinations: [destination],
    stripAnsi: false,
    tailBytes: 65536,
    captureMaxBytes: 0,
    observe: count,
  };
  const stderr = { ...stdout, destinations: [] };
  return { name: 'web', program: 'web', process: 'web', stdout, stderr, drainMs: 1000 };
}

async function measure(title: string, sinkName: string, format: OutputFormat | 'file'): Promise<void> {
  const sink = openSink(sinkName);
  const plane = new OutputPlane({
    report: (report) => console.log(report),
    growPipe: (fd) => void libc.fcntl(fd, F_SETPIPE_SZ, 1 << 20),
    stdoutFd: sink.fd,
  });
  let bytes = 0;
  const destination: Destination =
    format === 'file'
      ? { kind: 'file', path: sinkName, maxBytes: 50e6, backupCount: 2 }
      : { kind: 'stream', stream: 'stdout', format };
  const output = new ProcessOutput(
    plan(destination, (chunk) => (bytes += chunk.length)),
    plane,
  );
  output.open();
  const { readFd, writeFd } = makePipe();
  const startedMs = performance.now();
  const writer = spawn('yes', [line], { stdio: ['ignore', writeFd, 'inherit'] });
  closeSync(writeFd);
  output.attach({ pid: writer.pid ?? 0, stdoutFd: readFd, stderrFd: undefined });
  await new Promise((resolve) => setTimeout(resolve, seconds * 1000));
  show(title, bytes, startedMs);
  writer.kill('SIGKILL');
  await new Promise<void>((resolve) => output.drained(resolve));
  await plane.flush(5000);
  output.close();
  plane.stdout.close();
  closeSync(sink.fd);
  sink.reader?.kill('SIGKILL');
}

function yardstick(title: string, target: string): void {
  const script = `timeout ${seconds} yes ${line} | cat | { ${target}; } | wc -c`;
  const startedMs = performance.now();
  const bytes = Number(execFileSync('sh', ['-c', script], { encoding: 'utf8' }));
  show(title, bytes, startedMs);
}

yardstick('yes | cat | wc -c', 'cat');
for (const format of ['raw', 'prefix', 'json'] as const) {
  await measure(`${format} to /dev/null`, '/dev/null', format);
  await measure(`${format} to a pipe and cat`, 'pipe', format);
}
await measure('file, rotated at 50 MB', join(folder, 'log'), 'file');
rmSync(folder, { recursive: true });
process.exit(0);
