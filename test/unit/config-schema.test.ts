import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { emptyHost } from '../../src/config/host.ts';
import { jsonSchema } from '../../src/config/json-schema.ts';
import { sampleConfiguration, shownValue } from '../../src/config/sample.ts';
import { findKind, SECTIONS } from '../../src/config/sections.ts';
import { hostWith, load, planOf } from './config-rig.ts';

const options = SECTIONS.flatMap(({ prefix, schema }) =>
  Object.entries(schema).map(([name, option]) => ({ prefix, name, option })),
);

const richHost = hostWith(
  { '/var/log/x': '', '/run/x': '', '/etc/app.env': '', '/home/x': '' },
  {
    findUser: (name) => ({ name: String(name), uid: 1, gid: 1, home: '/', shell: '' }),
    findGroup: (name) => ({ name: String(name), gid: 1 }),
  },
);

test('every default is a value of its option', () => {
  for (const { option } of options)
    if (typeof option.default === 'string') option.type.parse(option.default, emptyHost);
});

test('every example is a value of its option', () => {
  for (const { option } of options)
    if (option.example !== undefined) option.type.parse(option.example, richHost);
});

test('every option is documented in sentences', () => {
  for (const { name, option } of options) {
    match(option.doc, /^[A-Z].*\.$/, name);
    ok(option.type.expects !== '', name);
  }
});

test('an option is required, or has a default or an example', () => {
  for (const { name, option } of options)
    ok(option.required !== undefined || option.default !== undefined || option.example !== undefined, name);
});

test('the sample is a configuration without mistakes', () => {
  const { diagnostics, plan } = load(sampleConfiguration());

  deepEqual(diagnostics, []);
  deepEqual(plan?.groups, []);
});

test('the sample names every option', () => {
  const sample = sampleConfiguration();

  for (const { name, option } of options)
    ok(sample.includes(`;${name} = ${shownValue(option)}`.trimEnd()), name);
});

test('every option of the sample can be uncommented', () => {
  const live = sampleConfiguration()
    .split('\n')
    .map((line) => line.replace(/^;(?=\[|[\w.]+ = \S)/, '').replace(':NAME]', ':name]'))
    .filter(
      (line) =>
        !/^(?:programs|depends_on|process_name|result_handler|supervisor\.ctl_factory|killasgroup) =/.test(
          line,
        ),
    )
    .join('\n');
  const files = { '/var/log/x': '', '/run/x': '', '/etc/app.env': '', '/etc/local.env': '' };
  const users = { findUser: richHost.findUser, findGroup: richHost.findGroup };

  const { diagnostics } = load(live, files, users);

  deepEqual(
    diagnostics.filter(({ severity }) => severity === 'error'),
    [],
  );
});

test('a section is found by its name', () => {
  equal(findKind('program:a')?.prefix, 'program');
  equal(findKind('inet_http_server:two')?.prefix, 'inet_http_server');
  equal(findKind('supervisord:x'), undefined);
  equal(findKind('program'), undefined);
});

test('the JSON schema has every kind of section with its options', () => {
  const text = JSON.stringify(jsonSchema());

  for (const { name } of options) ok(text.includes(`"${name}":`), name);
  for (const { prefix } of SECTIONS) ok(text.includes(`"^${prefix}`), prefix);
});

test('an empty [supervisord] writes nothing anywhere', () => {
  const { supervisord, servers } = planOf('[supervisord]\n');

  deepEqual(supervisord.logfile, { kind: 'stderr' });
  equal(supervisord.pidfile, undefined);
  deepEqual(servers, []);
});
