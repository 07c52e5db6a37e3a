/** What only the client would stumble over. The daemon does not read [supervisorctl], and so neither refuses it. */
import { type Host } from './host.ts';
import { type IniFile } from './ini-file.ts';
import { type NameSource } from './names.ts';
import { SUPERVISORCTL } from './options-sections.ts';
import { diagnosticAt, type Diagnostic } from './place.ts';
import { plainContext, readOptions } from './reading.ts';

const isUrl = (text: string): boolean => /^(?:unix|https?):\/\//.test(text);

/** What `check` has to say about [supervisorctl], as warnings. */
export function adviseOnClient(ini: IniFile, names: NameSource, host: Host): readonly Diagnostic[] {
  const section = ini.sections.get('supervisorctl');
  if (section === undefined) return [];
  const found: Diagnostic[] = [];
  const report = (one: Diagnostic): void => void found.push({ ...one, severity: 'warning' });
  const { serverurl } = readOptions(
    SUPERVISORCTL,
    plainContext({ ini, host, names, report, log: () => undefined }, section),
  );
  if (serverurl === undefined || isUrl(serverurl)) return found;
  const wanted = serverurl.startsWith('/') ? `unix://${serverurl}` : `http://${serverurl}`;
  const place = section.entries.get('serverurl')?.place ?? section.header;
  report(
    diagnosticAt(place, {
      message: `cannot use serverurl = ${serverurl}: expected unix:///PATH or http://HOST:PORT`,
      suggestion: `write ${wanted}`,
    }),
  );
  return found;
}
