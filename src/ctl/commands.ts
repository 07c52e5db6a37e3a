/** The table of commands: what can be typed. Execution, help, completion and docs/CTL.md come from it. */
import { type Command } from './command.ts';
import { daemonCommands, endOfInput } from './daemon-commands.ts';
import { events } from './events.ts';
import { fg } from './foreground.ts';
import { groupCommands } from './groups.ts';
import { health } from './health.ts';
import { help } from './help.ts';
import { processActions } from './process-actions.ts';
import { status } from './status.ts';
import { maintail, tail } from './tail.ts';

/** Every command by its name. */
export const COMMANDS: ReadonlyMap<string, Command> = new Map(
  [
    status,
    ...processActions,
    tail,
    maintail,
    fg,
    ...groupCommands,
    ...daemonCommands,
    events,
    health,
    help,
    endOfInput,
  ].map((command) => [command.name, command]),
);
