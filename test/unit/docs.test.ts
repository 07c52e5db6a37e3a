import { test } from 'node:test';
import { deepEqual, ok } from 'node:assert/strict';
import { globSync, readFileSync } from 'node:fs';
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
