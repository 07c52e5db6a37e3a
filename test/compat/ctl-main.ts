/** `tsupervisor ctl` as a program of its own, for tests that send it signals or give it a terminal. */
import { ctl } from '../../src/commands/ctl.ts';

process.exitCode = await ctl(process.argv.slice(2), process);
