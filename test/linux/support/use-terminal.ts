/** Run on a terminal: hands it to a program, and takes it back when the program has ended. */
import { writeSync } from 'node:fs';

import {
  foregroundProcessGroup,
  giveTerminal,
  isTerminal,
  ownProcessGroup,
} from '../../../src/linux/terminal.ts';
import { Deaths, requestFor, shell, spawnOrFail } from './run-program.ts';

const say = (line: string): void => void writeSync(2, `${line}\n`);
const inForeground = (): boolean => foregroundProcessGroup(0) === ownProcessGroup();
// Field 5 of stat is the process group, field 8 the foreground group of its terminal (proc_pid_stat(5)).
const look = 'set -- $(cat /proc/$$/stat); [ "$5" = "$8" ] && echo program in the foreground: yes';

say(`terminal: ${isTerminal(0)}`);
say(`we are in the foreground: ${inForeground()}`);
using deaths = new Deaths();
const inherited = {
  stdin: { kind: 'fd', fd: 0 },
  stdout: { kind: 'fd', fd: 1 },
  stderr: { kind: 'fd', fd: 2 },
} as const;
const { pid } = spawnOrFail(requestFor(shell(look), { ...inherited, processGroup: 'foreground' }));
const status = await deaths.of(pid);
say(`the program has the terminal: ${foregroundProcessGroup(0) === pid}`);
giveTerminal(0, ownProcessGroup());
say(`we have it again: ${inForeground()}`);
say(`ending: ${JSON.stringify(status)}`);
