import { deepEqual } from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { supervisorctl } from '../support/paths.ts';
import { PROGRAMS, Server, sleeper, SUPERVISORD, TSUPERVISOR } from './clients-rig.ts';
import { linked } from './clients-transcript.ts';
import { run } from './ctl-rig.ts';

// Beside its neighbours it would take them for Python's own modules of the same names.
const source = readFileSync(
  '/usr/lib/python3/dist-packages/ansible_collections/community/general/plugins/modules/supervisorctl.py',
);

/** Runs the module as Ansible does on a host: one file, its arguments as JSON. Answers what it would tell Ansible. */
async function play(server: Server, task: object, client: string): Promise<object> {
  const common = { config: server.config, supervisorctl_path: client };
  const file = server.scratch.write(
    'task.json',
    JSON.stringify({ ANSIBLE_MODULE_ARGS: { ...common, ...task } }),
  );
  const { stdout, stderr } = await run('/usr/bin/python3', [server.scratch.write('module.py', source), file]);
  if (stdout === '') throw new Error(`cannot run the module: ${stderr}`);
  const { invocation: _, ...result } = JSON.parse(
    stdout.replaceAll(client, 'CLIENT').replaceAll(server.folder, 'DIR'),
  );
  return result;
}

/** Tasks under the first config, in which there is no `fresh`. */
const TASKS: readonly object[] = [
  { name: 'fresh', state: 'present' },
  { name: 'fresh', state: 'started' },
  { name: 'cat', state: 'present' },
  { name: 'cat', state: 'started' },
  { name: 'cat', state: 'restarted' },
  { name: 'cat', state: 'stopped' },
  { name: 'cat', state: 'stopped' },
  { name: 'cat', state: 'started' },
  { name: 'cat', state: 'signalled', signal: 'CONT' },
  { name: 'pair:', state: 'restarted' },
  { name: 'pair:', state: 'stopped' },
  { name: 'pair:', state: 'started' },
  { name: 'm:m_0', state: 'restarted' },
  { name: 'nofile', state: 'started' },
  { name: 'quick', state: 'started' },
  { name: 'ready', state: 'started' },
];

/** Tasks under a config that has it. */
const LATER: readonly object[] = [
  { name: 'fresh', state: 'present', _ansible_check_mode: true },
  { name: 'fresh', state: 'present' },
  { name: 'fresh', state: 'present' },
  { name: 'fresh', state: 'started' },
  { name: 'fresh', state: 'started' },
  { name: 'fresh', state: 'absent' },
  { name: 'fresh', state: 'stopped' },
  { name: 'fresh', state: 'absent' },
  { name: 'fresh', state: 'absent' },
  { name: 'fresh', state: 'restarted' },
  { name: 'all', state: 'stopped' },
];

async function playAll(
  kind: typeof TSUPERVISOR,
  clientOf: (server: Server) => string,
): Promise<readonly object[]> {
  await using server = await Server.start(kind);
  const results: object[] = [];
  for (const task of TASKS) results.push(await play(server, task, clientOf(server)));
  server.configure(`${PROGRAMS}${sleeper('fresh', 'autostart=false\n')}`);
  for (const task of LATER) results.push(await play(server, task, clientOf(server)));
  return results;
}

test("Ansible's supervisorctl module does the same with tsupervisor, by either client", async () => {
  const [theirs, ours, byOurs] = await Promise.all([
    playAll(SUPERVISORD, () => supervisorctl),
    playAll(TSUPERVISOR, () => supervisorctl),
    playAll(TSUPERVISOR, linked),
  ]);

  deepEqual(theirs[4], { changed: true, name: 'cat', state: 'restarted', affected: ['cat'] });
  deepEqual(ours, theirs);
  deepEqual(byOurs, theirs);
});
