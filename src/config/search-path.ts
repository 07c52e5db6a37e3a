import { posix } from 'node:path';
import { type Host } from './host.ts';
import { type Diagnostic, diagnosticAt, wholeFile } from './place.ts';

const directoryOf = (path: string): string => (path.includes('/') ? posix.dirname(path) : '');

/**
 * Where a configuration is searched without -c, the first that exists wins. Source: supervisor/options.py 4.2.5,
 * Options.__init__.
 *
 * @param argv0 our own name as it was typed
 */
export function searchPath(argv0: string): readonly string[] {
  const above = directoryOf(directoryOf(argv0));
  return [
    posix.join(above, 'etc/supervisord.conf'),
    posix.join(above, 'supervisord.conf'),
    'supervisord.conf',
    'etc/supervisord.conf',
    '/etc/supervisord.conf',
    '/etc/supervisor/supervisord.conf',
  ];
}

/** The main configuration file, or why there is none. */
export type Found =
  | { readonly kind: 'found'; readonly file: string }
  | { readonly kind: 'none'; readonly diagnostic: Diagnostic };

const none = (file: string, supervisor: string, suggestion: string): Found => ({
  kind: 'none',
  diagnostic: diagnosticAt(wholeFile(file), { message: supervisor, supervisor, suggestion }),
});

/** Finds the main configuration file: the one that is given, else the first of the search path. */
export function findConfiguration(
  { file, argv0 }: { readonly file: string | undefined; readonly argv0: string },
  host: Host,
): Found {
  if (file !== undefined) {
    if (host.stat(file) !== undefined) return { kind: 'found', file };
    return none(file, `could not find config file ${file}`, 'give another file with -c FILE');
  }
  const paths = searchPath(argv0);
  const first = paths.find((path) => host.stat(path) !== undefined);
  if (first !== undefined) return { kind: 'found', file: first };
  const words = `No config file found at default paths (${paths.join(', ')}); use the -c option to specify a config file at a different path`;
  return none('supervisord.conf', words, 'or give a command: tsupervisor -- CMD');
}
