import { test } from 'node:test';
import { deepEqual, ok } from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
import { PROGRAM_OUTPUT } from '../../src/config/options-program-extra.ts';
import { PROGRAM_LOGS } from '../../src/config/options-program.ts';
import { SUPERVISORD } from '../../src/config/options-supervisord.ts';
import { root } from '../support/paths.ts';

test('every test that docs/COMPATIBILITY.md names is there', () => {
  const text = readFileSync(`${root}/docs/COMPATIBILITY.md`, 'utf8');
  const named = new Set(Array.from(text.matchAll(/`(test\/[^`]+)`/g), ([, path = '']) => path));

  ok(named.size > 20);
  deepEqual(
    [...named].filter((path) => globSync(path, { cwd: root }).length === 0),
    [],
  );
});

test('docs/LOGGING.md names every option about logs', () => {
  const text = readFileSync(`${root}/docs/LOGGING.md`, 'utf8');
  const about = /^(?:log|output_|childlogdir$|nocleanup$|silent$|strip_ansi$|tail_bytes$)/;
  const ours = Object.keys(SUPERVISORD).filter((name) => about.test(name));
  const all = [...ours, ...Object.keys(PROGRAM_LOGS), ...Object.keys(PROGRAM_OUTPUT), 'redirect_stderr'];
  // What holds for stdout holds for stderr, and is told once.
  const names = new Set(all.map((name) => name.replace(/^stderr_/, 'stdout_')));

  ok(names.size > 20);
  deepEqual(
    [...names].filter((name) => !text.includes(name)),
    [],
  );
});
