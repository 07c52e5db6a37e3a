import { readFileSync } from 'node:fs';

/** The memory of a process, in kilobytes of 1,024 bytes, as /proc/PID/status counts it (proc(5)). */
export interface Memory {
  readonly rssKb: number;
  /** Of it, what belongs to no file. */
  readonly anonKb: number;
  /** The most that was resident since its execve. */
  readonly peakKb: number;
}

/** Looks at a process again and again; keeps the highest figures. */
export class MemoryWatch implements Disposable {
  readonly #path: string;
  readonly #timer: NodeJS.Timeout;
  #highest: Memory = { rssKb: 0, anonKb: 0, peakKb: 0 };
  #count = 0;

  constructor(pid: number) {
    this.#path = `/proc/${pid}/status`;
    this.#timer = setInterval(() => this.#look(), 20);
  }

  /** The highest of each figure so far. */
  get highest(): Memory {
    return this.#highest;
  }

  /** How often the process was looked at. */
  get count(): number {
    return this.#count;
  }

  #look(): void {
    const status = readStatus(this.#path);
    // A zombie has no memory any more.
    if (!status.includes('VmRSS')) return;
    this.#count++;
    const highest = this.#highest;
    this.#highest = {
      rssKb: Math.max(highest.rssKb, field(status, 'VmRSS')),
      anonKb: Math.max(highest.anonKb, field(status, 'RssAnon')),
      peakKb: Math.max(highest.peakKb, field(status, 'VmHWM')),
    };
  }

  [Symbol.dispose](): void {
    clearInterval(this.#timer);
  }
}

function field(status: string, name: string): number {
  return Number(new RegExp(`^${name}:\\s+(\\d+) kB$`, 'm').exec(status)?.[1]);
}

/** Empty when the process has ended: ENOENT before, ESRCH after the file was opened. */
function readStatus(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ESRCH')) {
      return '';
    }
    throw error;
  }
}
