/** Says which signals arrive, by name, until it is told to end by SIGTERM. */
import { signalName } from '../../../src/linux/signals.ts';
import { forwardableSignals, watchSignals } from '../../../src/linux/watch-signals.ts';

const alive = setInterval(() => undefined, 1 << 30);
const watch = watchSignals(forwardableSignals, (signal) => {
  process.stdout.write(`took ${signalName(signal)}\n`);
  if (signalName(signal) !== 'SIGTERM') return;
  clearInterval(alive);
  watch[Symbol.dispose]();
});
process.stdout.write('ready\n');
