/**
 * The way in and the only way out: argv[0] or the first word chooses the command, and its exit code is ours.
 */
import { basename } from 'node:path';
import { exitNow } from './linux/exit.ts';
import { supervise } from './commands/supervise.ts';

/** A command: takes the words after its name; resolves with the exit code. */
type Command = (argv: readonly string[]) => Promise<number>;

/** Loaded when it is called: a plain start must not pay for the others. */
const commands: ReadonlyMap<string, () => Promise<Command>> = new Map([
  ['pidproxy', async () => (await import('./commands/pidproxy.ts')).pidproxy],
  ['version', async () => (await import('./commands/version.ts')).version],
]);

/** Links by these names make tsupervisor a drop-in. */
const names: ReadonlyMap<string, string> = new Map([
  ['supervisorctl', 'ctl'],
  ['pidproxy', 'pidproxy'],
  ['echo_supervisord_conf', 'sample'],
]);

/** Lets the clean-ups that signal-exit holds run, and ends without waiting for threads that may be stuck. */
function leave(exitCode: number): never {
  process.emit('exit', exitCode);
  return exitNow(exitCode);
}

function run(): void {
  const words = process.argv.slice(2);
  const name = names.get(basename(process.argv0));
  const load = commands.get(name ?? words[0] ?? '');
  if (load === undefined) return supervise(words, leave);
  const argv = name === undefined ? words.slice(1) : words;
  void load()
    .then(async (command) => command(argv))
    .then(leave, (error: unknown) => {
      process.stderr.write(`tsupervisor: ${error instanceof Error ? error.stack : String(error)}\n`);
      leave(1);
    });
}

run();
