import { type Flow } from './flow.ts';
import { type LineOrigin } from './format-json.ts';
import { type Multiline } from './multiline.ts';

/** How lines look in the container's stdout and stderr. */
export type OutputFormat = 'prefix' | 'raw' | 'json';

/** Where one stream of a process goes. */
export type Destination =
  | { readonly kind: 'none' }
  /** The container's stdout or stderr. */
  | {
      readonly kind: 'stream';
      readonly stream: 'stdout' | 'stderr';
      readonly format: OutputFormat;
      /** Which lines belong together, in prefix and JSON. Default: none. */
      readonly multiline?: Multiline;
    }
  /** A log file; a device path (`/dev/stdout`, `/dev/fd/3`, a FIFO) is written raw and never rotated. */
  | {
      readonly kind: 'file';
      readonly path: string;
      readonly maxBytes: number;
      readonly backupCount: number;
      /** The age at which it is rotated. Default: Infinity, never. */
      readonly maxAgeMs?: number;
      /** Whether rotated files are compressed. Default: they are not. */
      readonly isCompressed?: boolean;
    };

/** What is done with one stream of a process. */
export interface ChannelPlan {
  /** Each gets all of it; none: it goes nowhere. */
  readonly destinations: readonly Destination[];
  /** Ways of an instance's stream to elsewhere, each for all of it: syslog. */
  readonly alsoTo?: (origin: LineOrigin) => readonly Flow[];
  readonly stripAnsi: boolean;
  /** How much of the end is kept in memory; 0: nothing. */
  readonly tailBytes: number;
  /** 0: no capture mode. */
  readonly captureMaxBytes: number;
  /** Sees what is read, after `stripAnsi` and without captured text. The bytes are valid during the call only. */
  readonly observe?: (chunk: Uint8Array, pid: number) => void;
  /** Receives each captured text. */
  readonly captured?: (text: Uint8Array, pid: number) => void;
}

/** What a process's output is made of. */
export interface OutputPlan {
  /** The name shown in prefixes. */
  readonly name: string;
  readonly program: string;
  readonly process: string;
  readonly stdout: ChannelPlan;
  readonly stderr: ChannelPlan;
  /** How long the end of a process waits for the end of its pipes: a grandchild may hold them open. */
  readonly drainMs: number;
}
