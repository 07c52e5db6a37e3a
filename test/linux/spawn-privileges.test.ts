import { deepEqual, equal } from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import test from 'node:test';

import { root } from '../support/paths.ts';

type Outcomes = Readonly<Record<string, unknown>>;

const script = [join(root, 'scripts/node'), join(root, 'test/linux/support/spawn-outcomes.ts')];

/** Runs the script under a command that takes privileges away. */
function outcomesUnder(command: readonly string[]): Outcomes {
  const [file = '', ...args] = [...command, ...script];
  const { stdout, stderr } = spawnSync(file, args, { encoding: 'utf8', timeout: 20_000 });
  equal(stderr, '');
  const parsed: unknown = JSON.parse(stdout);
  return Object.fromEntries(Object.entries(Object(parsed)));
}

test('without any privilege a program runs as we do, and asking for another user is EPERM', () => {
  const outcomes = outcomesUnder(['setpriv', '--reuid=4321', '--regid=4321', '--clear-groups']);

  deepEqual(outcomes, {
    plain: { output: 'hello\n4321\n4321\n', refused: [] },
    identity: 'identity EPERM',
    restricted: 'identity EPERM',
    self: { output: 'hello\n4321\n4321\n', refused: [] },
    lower: { output: '50\n', refused: [] },
    nice: { output: '', refused: [{ what: 'nice', code: 'EACCES' }] },
    oomScoreAdj: { output: '', refused: [{ what: 'oomScoreAdj', code: 'EACCES' }] },
    isUnchanged: true,
  });
});

test('changing the user needs CAP_SETUID and CAP_SETGID, and no other capability', () => {
  const bounds = '-all,+setuid,+setgid,+setpcap';

  const outcomes = outcomesUnder(['setpriv', '--bounding-set', bounds, '--inh-caps', '-all']);

  deepEqual(outcomes['identity'], { output: 'hello\n12345\n12345\n', refused: [] });
  deepEqual(outcomes['restricted'], { output: 'hello\n12345\n12345\n', refused: [] });
  equal(outcomes['isUnchanged'], true);
});

test('with CAP_SETGID alone the way back from the groups is found', () => {
  const bounds = '-all,+setgid,+setpcap';

  const outcomes = outcomesUnder(['setpriv', '--bounding-set', bounds, '--inh-caps', '-all']);

  equal(outcomes['identity'], 'identity EPERM');
  equal(outcomes['restricted'], 'identity EPERM');
  equal(outcomes['isUnchanged'], true);
});

test('a user that the user namespace does not map is the step "identity"', () => {
  const outcomes = outcomesUnder(['unshare', '--user', '--map-root-user']);

  deepEqual(outcomes['plain'], { output: 'hello\n0\n0\n', refused: [] });
  equal(outcomes['identity'], 'identity EINVAL');
  equal(outcomes['isUnchanged'], true);
});
