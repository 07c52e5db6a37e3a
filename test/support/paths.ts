import { join, resolve } from 'node:path';

/** The repository's root, absolute. */
export const root = resolve(import.meta.dirname, '..', '..');

/** The executable under test: `$TSUPERVISOR_BIN`, or the one that `npm run build` makes. */
export const tsupervisor = resolve(process.env['TSUPERVISOR_BIN'] ?? join(root, 'dist', 'tsupervisor'));

/** Debian's Supervisor, the other side of a comparison. */
export const supervisord = '/usr/bin/supervisord';

/** Debian's client of Supervisor. */
export const supervisorctl = '/usr/bin/supervisorctl';
