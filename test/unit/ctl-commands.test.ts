import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type XmlRpcValue } from '../../src/api/xml-rpc.ts';
import { FakeFault, FakeServer, processInfo, type Ran, runClient, type Script } from './ctl-fake-server.ts';

type Answers = Readonly<
  Record<string, XmlRpcValue | FakeFault | ((params: readonly XmlRpcValue[]) => XmlRpcValue | FakeFault)>
>;

const scriptOf = (answers: Answers): Script => ({
  methods: new Map(
    Object.entries(answers).map(([name, answer]) => [
      name,
      typeof answer === 'function' ? answer : () => answer,
    ]),
  ),
});

async function ask(answers: Answers, command: string): Promise<Ran> {
  await using server = await FakeServer.start(scriptOf(answers));
  return await runClient(['-s', server.serverurl, command]);
}

const result = (status: number, description = 'x'): XmlRpcValue =>
  new Map<string, XmlRpcValue>([
    ['name', 'cat'],
    ['group', 'g'],
    ['status', status],
    ['description', description],
  ]);

test('a server of another version is refused with 5, by status with 4', async () => {
  const says =
    'Sorry, this version of supervisorctl expects to talk to a server with API version 3.0, but the remote version is 4.0.\n';

  assert.deepEqual(await ask({ getVersion: '4.0' }, 'pid'), { stdout: says, stderr: '', code: 5 });
  assert.deepEqual(await ask({ getVersion: '4.0' }, 'status'), { stdout: says, stderr: '', code: 4 });
});

test('a server without the supervisor namespace is refused with 3', async () => {
  const { stdout, code } = await ask({ getVersion: new FakeFault(1, 'UNKNOWN_METHOD') }, 'pid');

  assert.match(stdout, /^Sorry, supervisord responded but did not recognize the supervisor namespace/);
  assert.equal(code, 3);
});

for (const [action, status, line, code] of [
  ['start', 10, 'g:cat: ERROR (no such process)', 1],
  ['start', 20, 'g:cat: ERROR (no such file)', 1],
  ['start', 21, 'g:cat: ERROR (file is not executable)', 1],
  ['start', 40, 'g:cat: ERROR (abnormal termination)', 7],
  ['start', 50, 'g:cat: ERROR (spawn error)', 7],
  ['start', 60, 'g:cat: ERROR (already started)', 0],
  ['start', 80, 'g:cat: started', 0],
  ['start', 30, "error: <class 'ValueError'>, Unknown result code 30 for g:cat", 1],
  ['stop', 70, 'g:cat: ERROR (not running)', 0],
  ['stop', 30, 'x', 1],
  ['stop', 80, 'g:cat: stopped', 0],
  ['signal HUP', 11, 'g:cat: ERROR (bad signal name)', 1],
  ['signal HUP', 70, 'g:cat: ERROR (not running)', 7],
  ['signal HUP', 80, 'g:cat: signalled', 0],
  ['clear', 30, 'g:cat: ERROR (failed)', 1],
  ['clear', 80, 'g:cat: cleared', 0],
] as const)
  test(`${action} that ends with status ${status} says '${line}' and exits ${code}`, async () => {
    const method = { start: 'startAllProcesses', stop: 'stopAllProcesses', clear: 'clearAllProcessLogs' };
    const name = new Map(Object.entries(method)).get(action) ?? 'signalAllProcesses';

    const ran = await ask({ [name]: [result(status)] }, `${action} all`);

    assert.deepEqual(ran, { stdout: `${line}\n`, stderr: '', code });
  });

const startProcess = ([name]: readonly XmlRpcValue[]): XmlRpcValue | FakeFault =>
  new Map<XmlRpcValue | undefined, FakeFault>([
    ['bad', new FakeFault(10, 'BAD_NAME: bad')],
    ['dead', new FakeFault(50, 'SPAWN_ERROR: dead')],
  ]).get(name) ?? true;

test('the last failure decides the exit code, a success does not reset it', async () => {
  assert.equal((await ask({ startProcess }, 'start bad dead good')).code, 7);
  assert.equal((await ask({ startProcess }, 'start dead bad good')).code, 1);
});

test('update keeps a group that cannot be stopped', async () => {
  const stopProcessGroup = [result(30)];

  const ran = await ask({ reloadConfig: [[[], [], ['g']]], stopProcessGroup }, 'update');

  assert.deepEqual(ran, { stdout: 'g: stopped\ng: has problems; not removing\n', stderr: '', code: 1 });
});

test('update names each unknown group once, and applies the others', async () => {
  const ran = await ask(
    { reloadConfig: [[['new'], [], []]], getAllProcessInfo: [processInfo({})], addProcessGroup: true },
    'update nope new nope',
  );

  assert.deepEqual(ran, {
    stdout: 'ERROR: no such group: nope\nnew: added process group\n',
    stderr: '',
    code: 1,
  });
});

test('fg leaves the exit code alone for a fault that it does not expect', async () => {
  const ran = await ask({ getProcessInfo: new FakeFault(30, "it's") }, 'fg cat');

  assert.deepEqual(ran, { stdout: 'ERROR: <Fault 30: "it\'s">\n', stderr: '', code: 0 });
});

test('an answer that is not what it should be is an error with advice', async () => {
  const { stdout, code } = await ask({ getAllProcessInfo: 'nonsense' }, 'status');

  assert.match(stdout, /^error: <class 'Error'>, cannot read the answer of the server: expected an array\n$/);
  assert.equal(code, 1);
});

test('a server that is no supervisor is an error with advice', async () => {
  const pages = new Map([
    ['/RPC2', (response: { end: (body: string) => unknown }) => void response.end('<html>')],
  ]);
  await using server = await FakeServer.start({ pages });

  const { stdout, code } = await runClient(['-s', server.serverurl, 'version']);

  assert.match(
    stdout,
    /^error: <class 'XmlRpcError'>, cannot read XML-RPC: .* \(is unix:.* a supervisor\?\)\n$/,
  );
  assert.equal(code, 1);
});

test('status --json prints an array of objects, unknown names on stderr, with the exit codes of status', async () => {
  const getAllProcessInfo = [
    processInfo({}),
    processInfo({ name: 'b', group: 'g', state: 0, statename: 'STOPPED', pid: 0 }),
  ];

  const { stdout, stderr, code } = await ask({ getAllProcessInfo }, 'status --json cat g:* nope');

  assert.deepEqual(
    JSON.parse(stdout).map(({ namespec, pid }: { namespec: string; pid: number }) => [namespec, pid]),
    [
      ['cat', 5],
      ['g:b', 0],
    ],
  );
  assert.equal(stderr, 'nope: ERROR (no such process)\n');
  assert.equal(code, 3);
});

test('status makes room for long names, counting characters', async () => {
  const name = '\u{1F600}'.repeat(40);
  const { stdout } = await ask(
    { getAllProcessInfo: [processInfo({ name, group: name }), processInfo({})] },
    'status',
  );

  assert.equal(stdout, `${name}   RUNNING   pid 5\ncat${' '.repeat(40)}RUNNING   pid 5\n`);
});

test('colour codes in a log come through tail', async () => {
  const raw =
    '<?xml version="1.0"?><methodResponse><params><param><value><string>\u001b[31mred</string></value></param></params></methodResponse>';
  let asked = 0;
  const pages = new Map([
    [
      '/RPC2',
      (response: { end: (body: string) => unknown }) =>
        void response.end((asked += 1) === 1 ? raw.replace('\u001b[31mred', '3.0') : raw),
    ],
  ]);
  await using server = await FakeServer.start({ pages });

  const { stdout } = await runClient(['-s', server.serverurl, 'tail cat']);

  assert.equal(stdout, '\u001b[31mred\n');
});

test('commands of one run share a connection', async () => {
  await using server = await FakeServer.start(scriptOf({ getProcessInfo: processInfo({}) }));

  await runClient(['-s', server.serverurl, 'pid a b c d']);

  assert.equal(server.connections, 1);
});

test('a connection that the server closed while it was idle is opened again', async () => {
  const servers: FakeServer[] = [];
  const getProcessInfo = (): XmlRpcValue => {
    setImmediate(() => servers[0]?.dropIdle());
    return processInfo({});
  };
  await using server = await FakeServer.start(scriptOf({ getProcessInfo }));
  servers.push(server);

  const { stdout, code } = await runClient(['-s', server.serverurl, 'pid a b c d e f']);

  assert.equal(stdout, '5\n'.repeat(6));
  assert.equal(code, 0);
});
