/** Taking the signals that are sent to this process. */
import { createHook } from 'node:async_hooks';
import { constants } from 'node:os';

import { checkErrno, libc } from './libc.ts';
import { signalName, signalNumber } from './signals.ts';

/** What Node has behind process.on('SIGTERM'): a handle of libuv, which takes every signal number. */
interface SignalHandle {
  onsignal: (signal: number) => void;
  start(signal: number): number;
  unref(): void;
  close(): void;
}

type SignalHandleClass = new () => SignalHandle;

/** <bits/sigaction.h> */
const SIG_UNBLOCK = 1;

/** sigset_t: a bit for each signal. <bits/types/__sigset_t.h> */
const sigsetBytes = 128;

/** <bits/signum-generic.h> */
const SIG_IGN = 1n;
const SIG_ERR = 0xffffffffffffffffn;

const { SIGKILL, SIGSTOP, SIGCHLD, SIGTTIN, SIGTTOU, SIGPIPE } = constants.signals;
const { SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGABRT, SIGTRAP, SIGSYS } = constants.signals;

const uncatchable = [SIGKILL, SIGSTOP];
/** Raised for what we do ourselves: SIGPIPE by our writes, SIGTTIN and SIGTTOU by our use of the terminal. */
const aboutOurselves = [SIGCHLD, SIGTTIN, SIGTTOU, SIGPIPE];
const ownFaults = [SIGSEGV, SIGFPE, SIGILL, SIGBUS, SIGABRT, SIGTRAP, SIGSYS];
const notForwardable: ReadonlySet<number> = new Set([...uncatchable, ...aboutOurselves, ...ownFaults]);

/** The numbers of all signals that an init with a single program hands on to it, real-time ones included. */
export const forwardableSignals: readonly number[] = Array.from(
  { length: 64 },
  (_none, index) => index + 1,
).filter((number) => signalNumber(String(number)) !== undefined && !notForwardable.has(number));

/**
 * Hands the signals that arrive to `take`, by number, from the event loop; until disposed. It does not keep the event
 * loop alive. Signals are given as numbers or as `signalNumber` takes them.
 *
 * @throws Error for a signal that does not exist or cannot be caught
 */
export function watchSignals(
  signals: readonly (string | number)[],
  take: (signal: number) => void,
): Disposable {
  const handles = signals.map((signal) => watchOne(signal, take));
  unblockAll();
  return {
    [Symbol.dispose]: () => {
      for (const handle of handles) handle.close();
    },
  };
}

function watchOne(signal: string | number, take: (signal: number) => void): SignalHandle {
  const number = signalNumber(String(signal));
  if (number === undefined) throw new Error(`cannot watch signal ${signal}: there is no such signal`);
  const handle = new (signalHandleClass())();
  handle.unref();
  handle.onsignal = take;
  if (handle.start(number) === 0) return handle;
  handle.close();
  throw new Error(`cannot watch ${signalName(number)}: the kernel does not let it be caught`);
}

/**
 * Unblocks every signal in this thread: the launcher blocks them for PID 1 (src/launcher/signals.c), and Node blocks
 * SIGUSR1 when it is told not to open its inspector on it (--disable-sigusr1).
 */
export function unblockAll(): void {
  const everything = Buffer.alloc(sigsetBytes, 0xff);
  checkErrno('pthread_sigmask', libc.pthread_sigmask(SIG_UNBLOCK, everything, Buffer.alloc(sigsetBytes)));
}

let foundClass: SignalHandleClass | undefined;

/**
 * process.on() knows no real-time signals (systemd's STOPSIGNAL is SIGRTMIN+3), and the class of handle behind it does. Node
 * shows it to async_hooks as the resource of every watched signal.
 */
function signalHandleClass(): SignalHandleClass {
  foundClass ??= findSignalHandleClass();
  return foundClass;
}

const ignore = (): void => {};

function findSignalHandleClass(): SignalHandleClass {
  let found: SignalHandleClass | undefined;
  const hook = createHook({
    init(_id, type, _trigger, resource) {
      // async_hooks types every resource as an object; this one is a SignalHandle.
      // oxlint-disable-next-line typescript/no-unsafe-type-assertion
      if (type === 'SIGNALWRAP') found = resource.constructor as SignalHandleClass;
    },
  }).enable();
  process.on('SIGURG', ignore).off('SIGURG', ignore);
  hook.disable();
  if (found === undefined)
    throw new Error('cannot watch signals: this Node does not show its signal handles');
  return found;
}

/** Ignores a signal: neither its default action nor a handler. Programs get the default action again. */
export function ignoreSignal(signal: number): void {
  if (libc.signal(signal, SIG_IGN) === SIG_ERR)
    throw new Error(`cannot ignore ${signalName(signal)}: the kernel does not allow it`);
}
