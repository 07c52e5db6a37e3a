/** help: the list of commands, and the usage of one. */
import { type Command, type Outcome } from './command.ts';
import { type Client } from './client.ts';
import { columnize, helpLines } from './usage.ts';

const maxWidth = 79;

/** A heading, a line under it, and names in columns. Source: Python's cmd.Cmd.print_topics */
function listing(heading: string, names: readonly string[]): readonly string[] {
  return [heading, '='.repeat(heading.length), ...columnize(names.toSorted(), maxWidth), ''];
}

const isListed = ({ name, usage }: Command): boolean => name !== 'help' && usage.length > 0;

// The commands of supervisorctl stand alone, exactly as it lists them; ours follow under a heading of their own.
function overview(commands: readonly Command[]): readonly string[] {
  const listed = commands.filter(isListed);
  const namesOf = (own: boolean): readonly string[] =>
    listed.filter((command) => (command.own === true) === own).map(({ name }) => name);
  return [
    '',
    ...listing('default commands (type help <topic>):', namesOf(false)),
    ...listing('tsupervisor commands (type help <topic>):', namesOf(true)),
  ];
}

function linesFor(client: Client, topic: string): readonly string[] {
  if (topic === '') return overview([...client.commands.values()]);
  const command = client.commands.get(topic);
  return command === undefined || command.usage.length === 0
    ? [`*** No help on ${topic}`]
    : helpLines(command);
}

const run = (client: Client, topic: string): Promise<Outcome> => {
  for (const line of linesFor(client, topic)) client.say(line);
  return Promise.resolve('stay');
};

/** help */
export const help: Command = {
  name: 'help',
  usage: [
    { form: 'help', meaning: 'Print a list of available actions' },
    { form: 'help <action>', meaning: 'Print help for <action>' },
  ],
  meaningColumn: 16,
  needsServer: false,
  completion: 'commands',
  run,
};
