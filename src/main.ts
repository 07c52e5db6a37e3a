/**
 * The way in and the only way out: argv[0] or the first word chooses the command, and its exit code is ours.
 */
import { writeSync } from 'node:fs';
import { basename } from 'node:path';
import { type ctl as Ctl } from './commands/ctl.ts';
import { type CtlIo } from './ctl/client.ts';

/** A command: takes the words after its name; answers with the exit code. */
type Command = (argv: readonly string[]) => number | Promise<number>;

/** Loaded when it is called: a plain start must not pay for the others. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['ctl', async () => withClient((await import('./commands/ctl.ts')).ctl)],
  ['health', async () => withClient((await import('./commands/ctl.ts')).ctl, ['health'])],
  ['check', loadCheck],
  ['sample', loadSample],
  ['pidproxy', async () => (await import('./commands/pidproxy.ts')).pidproxy],
  ['version', async () => (await import('./commands/version.ts')).version],
]);

/** Links by these names make tsupervisor a drop-in. */
const names: ReadonlyMap<string, string> = new Map([
  ['supervisorctl', 'ctl'],
  ['pidproxy', 'pidproxy'],
  ['echo_supervisord_conf', 'sample'],
]);

/** The streams are made when they are asked for, which most runs of the client do not ask of all of them. */
const processIo: CtlIo = {
  get stdin() {
    return process.stdin;
  },
  get stdout() {
    return process.stdout;
  },
  get stderr() {
    return process.stderr;
  },
  env: process.env,
  progname: process.argv0,
};

/** `last`: the words of the command, which follow the client's options. */
function withClient(ctl: typeof Ctl, last: readonly string[] = []): Command {
  return async (argv) => ctl([...argv, ...last], processIo);
}

async function loadCheck(): Promise<Command> {
  const [{ check }, { thisMachine }] = await Promise.all([
    import('./commands/check.ts'),
    import('./commands/machine.ts'),
  ]);
  const io = {
    host: thisMachine(),
    writeOut: (text: string) => writeAll(1, text),
    writeError: (text: string) => writeAll(2, text),
    isTerminal: process.stdout.isTTY,
  };
  return (argv) => check(argv, io);
}

async function loadSample(): Promise<Command> {
  const { sample } = await import('./commands/sample.ts');
  return (argv) => sample(argv, (text) => writeAll(1, text));
}

/** Writes all of it before it returns: the process may end right after. */
function writeAll(fd: number, text: string): void {
  const bytes = Buffer.from(text);
  for (let done = 0; done < bytes.length;) done += writeSync(fd, bytes, done);
}

/** Lets the clean-ups that signal-exit holds run, and ends without waiting for threads that may be stuck. */
function leave(exitCode: number): void {
  process.emit('exit', exitCode);
  void import('./linux/exit.ts').then(({ exitNow }) => exitNow(exitCode));
}

/** A PID 1 is started with every signal blocked (see watch-signals.ts). */
async function unblockSignals(): Promise<void> {
  if (process.pid === 1) (await import('./linux/watch-signals.ts')).unblockAll();
}

function run(): void {
  const words = process.argv.slice(2);
  const name = names.get(basename(process.argv0));
  const load = commands.get(name ?? words[0] ?? '');
  if (load === undefined)
    return void import('./commands/supervise.ts').then(({ supervise }) => supervise(words, leave));
  const argv = name === undefined ? words.slice(1) : words;
  // The way out takes 2 ms to load, which a client has while it waits for an answer.
  setImmediate(() => void import('./linux/exit.ts'));
  void unblockSignals()
    .then(load)
    .then(async (command) => command(argv))
    .then(leaveWritten, (error: unknown) => {
      writeAll(2, `tsupervisor: ${error instanceof Error ? error.stack : String(error)}\n`);
      leave(1);
    });
}

/** The client writes through streams, which may still hold something. */
function leaveWritten(exitCode: number): void {
  process.stdout.write('', () => process.stderr.write('', () => leave(exitCode)));
}

run();
