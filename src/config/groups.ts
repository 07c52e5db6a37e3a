import { readFcgiSocket } from './fcgi.ts';
import { type IniSection } from './ini-file.ts';
import { nearest } from './nearest.ts';
import { GROUP, LISTENER } from './options-sections.ts';
import { type GroupPlan, type ProcessPlan, type SupervisordValues } from './plan.ts';
import { nameOfSection, readProcesses, readSectionName } from './programs.ts';
import { plainContext, readOptions, report, type Reading } from './reading.ts';

interface Groups {
  readonly reading: Reading;
  readonly supervisord: SupervisordValues;
  /** Sections that a [group:x] has taken. */
  readonly taken: Set<string>;
}

const sectionsOf = ({ ini }: Reading, prefix: string): readonly IniSection[] =>
  [...ini.sections.values()].filter(({ name }) => name.startsWith(prefix));

/** The section of a program that a group names. */
function memberSection({ reading }: Groups, group: IniSection, program: string): IniSection | undefined {
  const { sections } = reading.ini;
  const plain = sections.get(`program:${program}`);
  const fcgi = sections.get(`fcgi-program:${program}`);
  if (plain === undefined || fcgi === undefined)
    return plain ?? fcgi ?? reportUnknown(reading, group, program);
  report(reading, group.entries.get('programs')?.place ?? group.header, {
    message: `cannot find ${program} of [${group.name}]: there are [program:${program}] and [fcgi-program:${program}]`,
    supervisor: `[${group.name}] name ${program} is ambiguous (exists as program and fcgi-program)`,
    suggestion: 'rename one of them',
  });
  return plain;
}

function reportUnknown(reading: Reading, group: IniSection, program: string): undefined {
  const known = ['program:', 'fcgi-program:'].flatMap((prefix) =>
    sectionsOf(reading, prefix).map(nameOfSection),
  );
  const near = nearest(program, known);
  report(reading, group.entries.get('programs')?.place ?? group.header, {
    message: `cannot find ${program === '' ? 'a program without a name' : program} of [${group.name}]: there is no [program:${program}]`,
    supervisor: `[${group.name}] names unknown program or fcgi-program ${program}`,
    suggestion: near === undefined ? `add a [program:${program}] section` : `did you mean ${near}?`,
  });
}

function readMembers(
  groups: Groups,
  section: IniSection,
  group: string,
  programs: readonly string[],
): readonly ProcessPlan[] {
  return programs.flatMap((program) => {
    const member = memberSection(groups, section, program);
    if (member === undefined) return [];
    groups.taken.add(member.name);
    return readProcesses(groups.reading, member, { group, supervisord: groups.supervisord });
  });
}

function readGroup(groups: Groups, section: IniSection): GroupPlan {
  const name = readSectionName(groups.reading, section);
  const { programs, priority } = readOptions(GROUP, plainContext(groups.reading, section));
  const processes = readMembers(groups, section, name, programs);
  return { kind: 'group', name, priority, processes, section: section.header };
}

/** What a group of one program has from its section. */
const OWN_GROUP = { priority: GROUP.priority } as const;

/** The priority is the group's first, as in Supervisor: the names of programs are not known there. */
function readProgram({ reading, supervisord }: Groups, section: IniSection): GroupPlan {
  const name = nameOfSection(section).trim();
  const { priority } = readOptions(OWN_GROUP, plainContext(reading, section));
  const processes = readProcesses(reading, section, { group: name, supervisord });
  return { kind: 'program', name, priority, processes, section: section.header };
}

function readFcgiProgram(groups: Groups, section: IniSection): GroupPlan {
  const group = readProgram(groups, section);
  return {
    ...group,
    kind: 'fcgi-program',
    socket: readFcgiSocket(groups.reading, section, group.processes[0]?.user),
  };
}

function checkListener(
  reading: Reading,
  section: IniSection,
  values: { readonly buffer_size: number; readonly result_handler: string },
): void {
  const placeOf = (name: string) => section.entries.get(name)?.place ?? section.header;
  if (values.buffer_size < 1)
    report(reading, placeOf('buffer_size'), {
      message: `cannot use buffer_size = ${values.buffer_size}: it must be at least 1`,
      supervisor: `[${section.name}] section sets invalid buffer_size (${values.buffer_size})`,
      suggestion: 'for example buffer_size = 10',
    });
  if (values.result_handler !== LISTENER.result_handler.default)
    report(reading, placeOf('result_handler'), {
      severity: 'warning',
      message: `cannot use result_handler = ${values.result_handler}: it is Python; the default handler judges the answers`,
      suggestion: 'remove the option',
    });
}

function checkRedirection(reading: Reading, section: IniSection, processes: readonly ProcessPlan[]): void {
  if (!processes.some(({ redirect_stderr: redirected }) => redirected)) return;
  report(reading, section.entries.get('redirect_stderr')?.place ?? section.header, {
    message: 'cannot use redirect_stderr = true: its lines would be taken for answers to events',
    supervisor: `[${section.name}] section sets redirect_stderr=true but this is not allowed because it will interfere with the eventlistener protocol`,
    suggestion: 'remove redirect_stderr',
  });
}

function readListener({ reading, supervisord }: Groups, section: IniSection): GroupPlan {
  const name = nameOfSection(section);
  const values = readOptions(LISTENER, plainContext(reading, section));
  checkListener(reading, section, values);
  const processes = readProcesses(reading, section, { group: name, supervisord });
  checkRedirection(reading, section, processes);
  return { kind: 'eventlistener', name, ...values, processes, section: section.header };
}

/** Supervisor's dictionary keeps the later of two processes with one name. */
function withoutDuplicates(reading: Reading, group: GroupPlan): GroupPlan {
  if (group.processes.length < 2) return group;
  const byName = new Map<string, ProcessPlan>();
  for (const process of group.processes) {
    // That numprocs needs another name for each has been reported.
    if (byName.get(process.name)?.section !== process.section && byName.has(process.name))
      report(reading, process.section, {
        severity: 'warning',
        message: `cannot have two processes ${group.name}:${process.name}: the later one is used`,
        suggestion: 'give each its own process_name',
      });
    byName.set(process.name, process);
  }
  return byName.size === group.processes.length ? group : { ...group, processes: [...byName.values()] };
}

/** Of two groups with one name Supervisor starts the first in priority order, and says nothing. */
function distinctGroups(reading: Reading, sorted: readonly GroupPlan[]): readonly GroupPlan[] {
  const byName = new Map<string, GroupPlan>();
  for (const group of sorted) {
    const first = byName.get(group.name);
    if (first === undefined) byName.set(group.name, group);
    else
      report(reading, group.section, {
        severity: 'warning',
        message: `cannot have two groups ${group.name}: the one at ${first.section.file}:${first.section.line} is used`,
        suggestion: 'rename one of them',
      });
  }
  return [...byName.values()];
}

const byPriorityAndName = (a: GroupPlan, b: GroupPlan): number =>
  a.priority - b.priority || (a.name < b.name ? -1 : Number(a.name > b.name));

/** Reads every group, the [group:x] sections first: they take programs that are none of their own then. */
export function readGroups(reading: Reading, supervisord: SupervisordValues): readonly GroupPlan[] {
  const groups = { reading, supervisord, taken: new Set<string>() };
  const free = (section: IniSection): boolean => !groups.taken.has(section.name);
  const all = [
    ...sectionsOf(reading, 'group:').map((section) => readGroup(groups, section)),
    ...sectionsOf(reading, 'program:')
      .filter(free)
      .map((section) => readProgram(groups, section)),
    ...sectionsOf(reading, 'eventlistener:').map((section) => readListener(groups, section)),
    ...sectionsOf(reading, 'fcgi-program:')
      .filter(free)
      .map((section) => readFcgiProgram(groups, section)),
  ];
  const sorted = all.map((group) => withoutDuplicates(reading, group)).toSorted(byPriorityAndName);
  return distinctGroups(reading, sorted);
}
