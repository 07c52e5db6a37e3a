/**
 * What the API may ask of the daemon. The daemon implements it; a test gives a fake.
 *
 * Everything here answers at once. What takes time (a start, a stop) is begun here and followed with `observe`.
 */
import { type StateName } from '../core/process-state.ts';

/** One of the two streams of a process. */
export type Channel = 'stdout' | 'stderr';

/** What a process is at this moment. Instants are of the wall clock, to be shown. */
export interface ProcessSnapshot {
  readonly state: StateName;
  /** 0: no process exists. */
  readonly pid: number;
  readonly startedAt: Date | undefined;
  readonly stoppedAt: Date | undefined;
  /** Why the last start or run failed; ''. */
  readonly spawnError: string;
  /** The exit code of the last run, -1 for death by a signal; 0 while it runs, or when it never ran to its end. */
  readonly exitStatus: number;
  /** It has exited, and will be started again in a moment: a stop still means something. */
  readonly isDue: boolean;
}

/** Why a command could not be executed: there is no such file, or it is not to be executed. */
export interface CommandProblem {
  readonly fault: 'NO_FILE' | 'NOT_EXECUTABLE';
  readonly message: string;
}

/** Bytes that were written and are kept in memory. Offsets count from the first byte ever written. */
export interface KeptBytes {
  /** The offset of the oldest byte that is kept. */
  readonly start: number;
  /** The offset of the next byte. */
  readonly size: number;
  /** A copy of the bytes from offset `from` up to `to`, without those that are no longer kept. */
  read(from: number, to: number): Uint8Array;
}

/** Is called back from a later turn of the event loop. */
export interface BytesWatcher {
  /** Bytes may have been added. */
  readonly changed: () => void;
  /** Who wrote them is there no longer: ask for the log's place again. */
  readonly ended: () => void;
}

/** Watches the bytes of a log. Dispose to end that. */
export type WatchBytes = (watcher: BytesWatcher) => Disposable;

/** Where a log can be read. `path` is what process information shows as its log file. */
export type LogPlace =
  | { readonly kind: 'none' }
  /** `watch` tells of what we write ourselves; it is missing where only others write the file, or where nobody tells. */
  | { readonly kind: 'file'; readonly path: string; readonly watch?: WatchBytes }
  | { readonly kind: 'memory'; readonly path: string; readonly bytes: KeptBytes; readonly watch: WatchBytes };

/** A process as the API handles it. */
export interface ControlledProcess {
  readonly name: string;
  readonly group: string;
  /** Ascending: the order in which the processes of a group are started and stopped by RPC. */
  readonly priority: number;
  look(): ProcessSnapshot;
  /** Looks for its command without starting anything. */
  findCommand(): CommandProblem | undefined;
  /** Begins a start. Nothing happens when it is alive already. */
  start(): void;
  /** Begins a stop. Nothing happens when it is not alive. */
  stop(): void;
  /** Sends a signal to the process alone; answers why that could not be done. */
  signal(signal: number): string | undefined;
  /** Calls back after each step with the states that were entered, in order. Dispose to end that. */
  observe(stepped: (entered: readonly StateName[]) => void): Disposable;
  log(channel: Channel): LogPlace;
  /** Empties its logs; answers why that could not be done. */
  clearLogs(): string | undefined;
  /** `closed`: it reads no more. `full`: what it has not read yet fills the queue, and nothing was queued. */
  sendStdin(bytes: Uint8Array): 'queued' | 'closed' | 'full';
}

/** Processes that are started and stopped together. */
export interface ControlledGroup {
  readonly name: string;
  readonly priority: number;
  /** In start order. */
  readonly processes: ReadonlyMap<string, ControlledProcess>;
}

/**
 * One process as the newest configuration has it, with supervisord's option names and units. undefined: not set.
 */
export interface PlannedProcess {
  readonly autostart: boolean;
  readonly directory: string | undefined;
  readonly uid: number | undefined;
  readonly command: string;
  readonly exitcodes: readonly number[];
  readonly group: string;
  readonly group_prio: number;
  /** Whether its group is active. */
  readonly inuse: boolean;
  readonly killasgroup: boolean;
  readonly name: string;
  readonly process_prio: number;
  readonly redirect_stderr: boolean;
  readonly startretries: number;
  /** Seconds. */
  readonly startsecs: number;
  readonly stdout_capture_maxbytes: number;
  readonly stdout_events_enabled: boolean;
  readonly stdout_logfile: string | undefined;
  readonly stdout_logfile_backups: number;
  readonly stdout_logfile_maxbytes: number;
  readonly stdout_syslog: boolean;
  /** The signal's number. */
  readonly stopsignal: number;
  /** Seconds. */
  readonly stopwaitsecs: number;
  readonly stderr_capture_maxbytes: number;
  readonly stderr_events_enabled: boolean;
  readonly stderr_logfile: string | undefined;
  readonly stderr_logfile_backups: number;
  readonly stderr_logfile_maxbytes: number;
  readonly stderr_syslog: boolean;
  readonly serverurl: string | undefined;
}

/** Group names: how the configuration that was just read differs from the one that is active. */
export interface Differences {
  readonly added: readonly string[];
  readonly changed: readonly string[];
  readonly removed: readonly string[];
}

/** The daemon, as the API sees it. */
export interface Control {
  /** supervisord's `identifier`. */
  readonly identifier: string;
  readonly pid: number;
  /** What the whole is doing. */
  readonly mood: 'RUNNING' | 'RESTARTING' | 'SHUTDOWN';
  /** The active groups, in the order in which they became active. */
  readonly groups: ReadonlyMap<string, ControlledGroup>;
  readonly activityLog: LogPlace;
  /** Empties the activity log; answers why that could not be done. */
  clearActivityLog(): string | undefined;
  /** Every process of the newest configuration, active or not. */
  planned(): readonly PlannedProcess[];
  /** Reads the configuration again; nothing is started or stopped. */
  reread(): Differences | { readonly problem: string };
  /** Activates a group of the newest configuration. */
  addGroup(name: string): 'added' | 'alreadyAdded' | 'unknown';
  removeGroup(name: string): 'removed' | 'stillRunning' | 'unknown';
  shutDown(): void;
  /** Answers why not, when the configuration cannot be used; everything then runs on. */
  restart(): string | undefined;
  /** The number of a signal that exists, given by name or number; 0 is one, too. */
  signalNumber(text: string): number | undefined;
  /** Makes a REMOTE_COMMUNICATION event. */
  sendRemoteEvent(event: { readonly type: string; readonly data: string }): void;
}
