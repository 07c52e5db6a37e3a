/** A command that was used wrongly says so, and how it is used. */
import { type Outcome } from './command.ts';
import { GENERIC } from './exit-codes.ts';
import { type Session } from './session.ts';
import { usageLines } from './usage.ts';

/** Says the line and the usage of the command `name`. */
export function misuse(
  session: Session,
  {
    name,
    says,
    exitCode = GENERIC,
  }: { readonly name: string; readonly says: string; readonly exitCode?: number },
): Outcome {
  const command = session.commands.get(name);
  session.say(says);
  session.fail(exitCode);
  if (command !== undefined) for (const line of usageLines(command)) session.say(line);
  return 'stay';
}

/** The same without the usage. */
export function refuseUse(session: Session, says: string): Outcome {
  session.say(says);
  session.fail(GENERIC);
  return 'stay';
}
