import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { glob } from '../../src/config/glob.ts';
import { hostWith, load, planOf } from './config-rig.ts';

const host = hostWith({
  '/c/b.conf': '',
  '/c/a.conf': '',
  '/c/.hidden.conf': '',
  '/c/a.ini': '',
  '/c/d/x.conf': '',
  '/c/e/x.conf': '',
  '/c/[odd].conf': '',
  '/c/a+b.conf': '',
});

const patterns: readonly (readonly [pattern: string, matches: readonly string[]])[] = [
  ['/c/*.conf', ['/c/[odd].conf', '/c/a+b.conf', '/c/a.conf', '/c/b.conf']],
  ['/c/?.conf', ['/c/a.conf', '/c/b.conf']],
  ['/c/[a-b].conf', ['/c/a.conf', '/c/b.conf']],
  ['/c/[!a].conf', ['/c/b.conf']],
  ['/c/[[]odd].conf', ['/c/[odd].conf']],
  ['/c/*/x.conf', ['/c/d/x.conf', '/c/e/x.conf']],
  ['/c/**/x.conf', ['/c/d/x.conf', '/c/e/x.conf']],
  ['/c/.*.conf', ['/c/.hidden.conf']],
  ['/c/a+b.conf', ['/c/a+b.conf']],
  ['/c/[z-a].conf', []],
  ['/c/[', []],
  ['/c/none', []],
  ['/c/d/', ['/c/d/']],
  ['/none/*', []],
  ['', []],
];

for (const [pattern, matches] of patterns)
  test(`${pattern} matches as in Python's glob`, () => deepEqual(glob(host, pattern), matches));

test('what is included is told to the activity log, what is not there too', () => {
  const { messages, diagnostics } = load('[supervisord]\n[include]\nfiles=c/*.conf none\n', {
    '/etc/c/a.conf': '',
  });

  deepEqual(messages, [
    { level: 'WARN', text: 'No file matches via include "/etc/none"' },
    { level: 'INFO', text: 'Included extra file "/etc/c/a.conf" during parsing' },
  ]);
  deepEqual(
    diagnostics.map(({ severity, message }) => [severity, message]),
    [['warning', 'cannot include /etc/none: no file matches']],
  );
});

test('a mistake in an included file stands in that file', () => {
  const { diagnostics } = load('[supervisord]\n[include]\nfiles=a.conf\n', {
    '/etc/a.conf': '\n[program:a]\ncommand=x\nstartsecs=y\n',
  });

  deepEqual(
    diagnostics.map(({ file, line, column }) => [file, line, column]),
    [['/etc/a.conf', 4, 11]],
  );
});

test('%(here)s is the directory of the file in which it stands', () => {
  const text = '[supervisord]\n[program:m]\ncommand=%(here)s/x\n[include]\nfiles=/srv/*.conf\n';

  const { groups } = planOf(text, { '/srv/i.conf': '[program:i]\ncommand=%(here)s/x\n' });

  deepEqual(
    groups.map(({ processes: [first] }) => first?.command),
    ['/srv/x', '/etc/x'],
  );
});

test('bytes that are not UTF-8 are a warning', () => {
  const { diagnostics, plan } = load('[supervisord]\n; caf\uFFFD\n');

  equal(diagnostics[0]?.message, 'cannot read all of /etc/supervisord.conf: it is not UTF-8');
  equal(diagnostics[0]?.line, 2);
  equal(plan === undefined, false);
});
