import { equal } from 'node:assert/strict';
import test from 'node:test';

import { signalName, signalNumber } from '../../src/linux/signals.ts';

const rows: readonly (readonly [string, number | undefined])[] = [
  ['TERM', 15],
  ['SIGTERM', 15],
  ['sigterm', 15],
  ['term', 15],
  [' 9 ', 9],
  ['15', 15],
  ['cld', 17],
  ['CHLD', 17],
  ['IOT', 6],
  ['POLL', 29],
  ['STKFLT', 16],
  ['RTMIN', 34],
  ['SIGRTMAX', 64],
  ['SIGRTMIN+3', 37],
  ['rtmax-1', 63],
  ['37', 37],
  ['RTMIN+30', 64],
  ['RTMIN+31', undefined],
  ['RTMAX-31', undefined],
  ['RTMAX+1', undefined],
  ['0', undefined],
  ['32', undefined],
  ['33', undefined],
  ['65', undefined],
  ['-9', undefined],
  ['1.5', undefined],
  ['', undefined],
  ['SIG', undefined],
  ['WINTER', undefined],
  ['constructor', undefined],
];

for (const [text, number] of rows) {
  test(`"${text}" is ${number === undefined ? 'no signal' : `signal ${number}`}`, () => {
    equal(signalNumber(text), number);
  });
}

// What supervisor.options.signame prints for 1 to 65 (Supervisor 4.2.5 with Python 3.11 on Linux).
const printed =
  `SIGHUP SIGINT SIGQUIT SIGILL SIGTRAP SIGABRT SIGBUS SIGFPE SIGKILL SIGUSR1 SIGSEGV SIGUSR2 SIGPIPE SIGALRM
SIGTERM SIGSTKFLT SIGCHLD SIGCONT SIGSTOP SIGTSTP SIGTTIN SIGTTOU SIGURG SIGXCPU SIGXFSZ SIGVTALRM SIGPROF SIGWINCH SIGPOLL
SIGPWR SIGSYS`.split(/\s+/);

test('signals are named as Supervisor names them', () => {
  for (const [index, name] of printed.entries()) equal(signalName(index + 1), name);
  equal(signalName(32), 'signal 32');
  equal(signalName(34), 'SIGRTMIN');
  equal(signalName(35), 'signal 35');
  equal(signalName(64), 'SIGRTMAX');
  equal(signalName(65), 'signal 65');
});
