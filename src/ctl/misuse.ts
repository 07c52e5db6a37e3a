/** A command that was used wrongly says so, and how it is used. */
import { type Outcome } from './command.ts';
import { GENERIC } from './exit-codes.ts';
import { type Client } from './client.ts';
import { usageLines } from './usage.ts';

/** Says the line and the usage of the command `name`. */
export function misuse(
  client: Client,
  {
    name,
    says,
    exitCode = GENERIC,
  }: { readonly name: string; readonly says: string; readonly exitCode?: number },
): Outcome {
  const command = client.commands.get(name);
  client.say(says);
  client.fail(exitCode);
  if (command !== undefined) for (const line of usageLines(command)) client.say(line);
  return 'stay';
}

/** The same without the usage. */
export function refuseUse(client: Client, says: string): Outcome {
  client.say(says);
  client.fail(GENERIC);
  return 'stay';
}
