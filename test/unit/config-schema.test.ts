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

/** What a JSON schema of ours says to a text: it has only words, expressions and `anyOf`. */
function isTaken(schema: unknown, text: string): boolean {
  const { anyOf, pattern, enum: words } = Object.fromEntries(Object.entries(Object(schema)));
  if (Array.isArray(anyOf)) return anyOf.some((one) => isTaken(one, text));
  if (typeof pattern === 'string') return new RegExp(pattern, 'u').test(text);
  return !Array.isArray(words) || words.includes(text);
}

const schemaOf = (section: string, option: string): unknown => {
  const { patternProperties } = Object.fromEntries(Object.entries(jsonSchema()));
  return Object(patternProperties)[section].properties[option];
};

const forms: readonly (readonly [option: string, taken: readonly string[], refused: readonly string[]])[] = [
  ['autostart', ['true', 'True', 'ON', '0', '%(ENV_X)s'], ['', 'tru', 'truetrue', '2']],
  ['autorestart', ['true', 'unexpected', 'Unexpected', 'no', '1'], ['always', '']],
  ['priority', ['999', '-1', '+5', '1_000'], ['high', '1.5', '']],
  ['startsecs', ['10', '0.5', '1m30s'], ['soon', '']],
  ['startretries', ['3', 'unlimited', 'Unlimited'], ['forever']],
  ['exitcodes', ['0', '0,2', '0, 2', ''], ['0;1', 'x']],
  ['umask', ['022', '0o22', '22', '0'], ['9', 'u=rw']],
  ['stdout_logfile_maxbytes', ['0', '50MB', '1 gb', '%(ENV_X)sMB'], ['50M', '1TB', '']],
  ['output_format', ['prefix', 'JSON'], ['prefx']],
  ['nice', ['-5', '19'], ['low']],
];

for (const [option, taken, refused] of forms)
  test(`the JSON schema of ${option} takes what is taken, and refuses what is refused`, () => {
    const schema = schemaOf('^program:', option);

    deepEqual(
      [...taken, ...refused].filter((text) => isTaken(schema, text)),
      taken,
    );
  });

test('the JSON schema takes every default and every example', () => {
  for (const { prefix, name, option } of options) {
    const section = Object.keys(Object(jsonSchema()['patternProperties'])).find((key) =>
      key.startsWith(`^${prefix}`),
    );
    const schema = schemaOf(section ?? '', name);
    for (const text of [option.default, option.example])
      if (typeof text === 'string') ok(isTaken(schema, text), `${name} = ${text}`);
  }
});

test('an empty [supervisord] writes nothing anywhere', () => {
  const { supervisord, servers } = planOf('[supervisord]\n');

  deepEqual(supervisord.logfile, { kind: 'stderr' });
  equal(supervisord.pidfile, undefined);
  deepEqual(servers, []);
});
