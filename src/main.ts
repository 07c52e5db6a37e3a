/**
 * The way in and the only way out: argv[0] or the first word chooses the command, and its exit code is ours.
 */
import { basename } from 'node:path';
import { writeAll } from './linux/write-all.ts';

/** A command: takes the words after its name; answers with the exit code. */
type Command = (argv: readonly string[]) => number | Promise<number>;

/** Loaded when it is called: a plain start must not pay for the others. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['ctl', async () => loadClient()],
  ['health', async () => loadClient(['health'])],
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

/** `last`: the words of the command, which follow the client's options. */
async function loadClient(last: readonly string[] = []): Promise<Command> {
  const [{ ctl }, { clientIo, closeClientIo }] = await Promise.all([
    import('./commands/ctl.ts'),
    import('./commands/client-streams.ts'),
  ]);
  return async (argv) => {
    try {
      return await ctl([...argv, ...last], clientIo);
    } finally {
      await closeClientIo();
    }
  };
}

async function loadCheck(): Promise<Command> {
  const [{ check }, { thisMachine }, { isTerminal }] = await Promise.all([
    import('./commands/check.ts'),
    import('./commands/machine.ts'),
    import('./linux/terminal.ts'),
  ]);
  const io = {
    host: thisMachine(),
    writeOut: (text: string) => writeAll(1, text),
    writeError: (text: string) => writeAll(2, text),
    isTerminal: isTerminal(1),
  };
  return (argv) => check(argv, io);
}

async function loadSample(): Promise<Command> {
  const { sample } = await import('./commands/sample.ts');
  return (argv) => sample(argv, (text) => writeAll(1, text));
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
    .then(leave, (error: unknown) => {
      writeAll(2, `tsupervisor: ${error instanceof Error ? error.stack : String(error)}\n`);
      leave(1);
    });
}

run();
