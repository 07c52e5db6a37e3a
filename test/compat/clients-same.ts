/** One scenario for every client in front of every server. */
import { deepEqual, equal, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { Server, SUPERVISORD, TSUPERVISOR } from './clients-rig.ts';
import { type Entry, type Step, supervisorctl, transcribe, tsupervisorctl } from './clients-transcript.ts';
import { differenceFor } from './ctl-differences.ts';

/** What the clients are asked; the programs default to the usual ones. */
export interface Scenario {
  readonly programs?: string;
  readonly steps: readonly Step[];
}

/** A test that runs a scenario three times: Debian's client at both servers, and ours at ours. */
export function same(name: string, { programs, steps }: Scenario): void {
  test(`${name}: every client says the same in front of every server`, async () => {
    await using theirs = await Server.start(SUPERVISORD, programs);
    await using ours = await Server.start(TSUPERVISOR, programs);
    await using again = await Server.start(TSUPERVISOR, programs);

    const [expected, debianAtOurs, oursAtOurs] = await Promise.all([
      transcribe(supervisorctl, theirs, steps),
      transcribe(supervisorctl, ours, steps),
      transcribe(tsupervisorctl, again, steps),
    ]);

    deepEqual(debianAtOurs, expected.map(asOurServer));
    compareClients(oursAtOurs, debianAtOurs);
  });
}

/** The one answer of the servers that differs: their version. */
const asOurServer = ({ command, ran }: Entry): Entry => ({
  command,
  ran: { ...ran, stdout: ran.stdout.replaceAll('4.2.5', '4.3.0') },
});

function compareClients(ours: readonly Entry[], debian: readonly Entry[]): void {
  equal(ours.length, debian.length);
  for (const [index, { command, ran }] of debian.entries()) {
    const own = ours[index]?.ran;
    const difference = differenceFor(command);
    if (own === undefined || difference === undefined) deepEqual([command, own], [command, ran]);
    else ok(difference.holds(ran, own), `${command}: ${difference.reason}\n${ran.stdout}\n${own.stdout}`);
  }
}
