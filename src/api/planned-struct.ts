import { type PlannedProcess } from './control.ts';
import { type XmlRpcStruct, type XmlRpcValue } from './xml-rpc.ts';

/** The members of getAllConfigInfo's structs, in the order in which supervisord 4.3.0 sends them. */
const MEMBERS = [
  'autostart',
  'directory',
  'uid',
  'command',
  'exitcodes',
  'group',
  'group_prio',
  'inuse',
  'killasgroup',
  'name',
  'process_prio',
  'redirect_stderr',
  'startretries',
  'startsecs',
  'stdout_capture_maxbytes',
  'stdout_events_enabled',
  'stdout_logfile',
  'stdout_logfile_backups',
  'stdout_logfile_maxbytes',
  'stdout_syslog',
  'stopsignal',
  'stopwaitsecs',
  'stderr_capture_maxbytes',
  'stderr_events_enabled',
  'stderr_logfile',
  'stderr_logfile_backups',
  'stderr_logfile_maxbytes',
  'stderr_syslog',
  'serverurl',
] as const satisfies readonly (keyof PlannedProcess)[];

// Endless retries have no number; supervisord's users write the largest int for them.
const endless = 2 ** 31 - 1;

const wire = (value: PlannedProcess[keyof PlannedProcess]): XmlRpcValue => {
  if (value === undefined) return 'none';
  return value === Infinity ? endless : value;
};

const planned = (process: PlannedProcess): XmlRpcStruct =>
  new Map(MEMBERS.map((member) => [member, wire(process[member])]));

const byName = (one: PlannedProcess, other: PlannedProcess): number =>
  Number(one.name > other.name) - Number(one.name < other.name);

/** The structs of getAllConfigInfo, sorted by process name. What is not set is the text `none`. */
export const plannedStructs = (processes: readonly PlannedProcess[]): readonly XmlRpcStruct[] =>
  processes.toSorted(byName).map(planned);
