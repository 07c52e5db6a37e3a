import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import fc from 'fast-check';
import { renderCtlDoc } from '../../scripts/docs-ctl.ts';
import { COMMANDS } from '../../src/ctl/commands.ts';
import { columnize, helpLines, usageLines } from '../../src/ctl/usage.ts';

const name = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), minLength: 1, maxLength: 30 });

test('columns hold every name once, downwards, within the width', () => {
  fc.assert(
    fc.property(
      fc.array(name, { minLength: 2, maxLength: 60 }),
      fc.integer({ min: 30, max: 120 }),
      (names, width) => {
        const rows = columnize(names, width).map((line) => line.split(/ +/).filter((word) => word !== ''));
        const columns = Math.max(...rows.map(({ length }) => length));

        const indices = Array.from({ length: columns }, (_, column) => column);
        const downwards = indices.flatMap((column) => rows.flatMap((row) => row[column] ?? []));
        assert.deepEqual(downwards, names);
        assert.ok(columns === 1 || columnize(names, width).every((line) => line.length <= width));
      },
    ),
  );
});

test('no name and one name need no columns', () => {
  assert.deepEqual(columnize([], 79), []);
  assert.deepEqual(columnize(['alone'], 79), ['alone']);
});

test('every command but EOF has a help, and its forms begin with its name', () => {
  for (const command of COMMANDS.values()) {
    assert.equal(helpLines(command).length === 0, command.name === 'EOF', command.name);
    for (const row of command.usage)
      if ('form' in row && row.form !== '') assert.equal(row.form.split(' ')[0], command.name);
  }
});

test('after a wrong use only the forms of supervisorctl are shown', () => {
  const status = COMMANDS.get('status');
  assert.ok(status);

  assert.ok(!usageLines(status).join('\n').includes('--json'));
  assert.ok(helpLines(status).join('\n').includes('--json'));
});

test('the meanings of a command stand in one column', () => {
  for (const command of COMMANDS.values())
    for (const line of helpLines(command).filter((text) => text.includes('\t'))) {
      const [form = ''] = line.split('\t');
      const tabs = line.length - line.replaceAll('\t', '').length;
      assert.equal((Math.floor(form.length / 8) + tabs) * 8, command.meaningColumn, line);
    }
});

test('docs/CTL.md is what the tables say', () => {
  assert.equal(readFileSync(join(import.meta.dirname, '../../docs/CTL.md'), 'utf8'), renderCtlDoc());
});
