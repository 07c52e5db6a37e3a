import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import xmlrpc from 'xmlrpc';
import { Lines } from '../support/lines.ts';
import { waitFor } from '../support/wait-for.ts';
import { type Kind, PASSWORD, PROGRAMS, Server, SUPERVISORD, TSUPERVISOR, USER } from './clients-rig.ts';
import { run } from './ctl-rig.ts';

/** Asks both servers, and gives both answers. */
async function both<T>(
  ask: (server: Server) => Promise<T>,
  programs = PROGRAMS,
): Promise<{ readonly ours: T; readonly theirs: T }> {
  const askOne = async (kind: Kind): Promise<T> => {
    await using server = await Server.start(kind, programs);
    return await ask(server);
  };
  const [ours, theirs] = await Promise.all([askOne(TSUPERVISOR), askOne(SUPERVISORD)]);
  return { ours, theirs };
}

/** Runs a program that has nothing to complain of. */
async function output(command: string, argv: readonly string[], input = ''): Promise<string> {
  const { stdout, stderr, code } = await run(command, argv, input);
  deepEqual({ stderr, code }, { stderr: '', code: 0 });
  return stdout;
}

test("Python's xmlrpc.client gets the same answers over TCP and over the socket, one by one and in a MultiCall", async () => {
  const script = join(import.meta.dirname, 'clients-python.py');

  const { ours, theirs } = await both(async ({ socket, port }) =>
    JSON.parse(await output('/usr/bin/python3', [script, socket, String(port), USER, PASSWORD])),
  );

  equal(theirs[0].length, 16);
  deepEqual(theirs[0][1], { statecode: 1, statename: 'RUNNING' });
  deepEqual(theirs[3], ['http', 401, 'Unauthorized']);
  deepEqual(ours, theirs);
});

const ASKING = `
import json, os
from supervisor import childutils
supervisor = childutils.getRPCInterface(os.environ).supervisor
name = '%s:%s' % (os.environ['SUPERVISOR_GROUP_NAME'], os.environ['SUPERVISOR_PROCESS_NAME'])
with open('asked.new', 'w') as file:
    json.dump([os.environ['SUPERVISOR_SERVER_URL'], os.environ['SUPERVISOR_ENABLED'], supervisor.getState(),
               supervisor.getProcessInfo(name)['statename'], supervisor.startProcess('other')], file)
os.rename('asked.new', 'asked')
`;

test('a program finds its server with childutils.getRPCInterface', async () => {
  const logs = 'startsecs=0\nstdout_logfile=NONE\nstderr_logfile=DIR/err\n';
  const programs =
    `[program:asker]\ncommand=/usr/bin/python3 DIR/asker.py\ndirectory=DIR\nautostart=false\nautorestart=false\n${logs}` +
    `[program:other]\ncommand=/bin/cat\nautostart=false\n${logs}`;

  const { ours, theirs } = await both(async (server) => {
    server.scratch.write('asker.py', ASKING);
    await run('/usr/bin/supervisorctl', ['-c', server.config, 'start', 'asker']);
    const asked = await waitFor('its answers', () => readIfThere(server, 'asked'));
    return JSON.parse(asked.replaceAll(server.folder, 'DIR').replaceAll(String(server.port), 'PORT'));
  }, programs);

  deepEqual(theirs.slice(1), ['1', { statecode: 1, statename: 'RUNNING' }, 'RUNNING', true]);
  deepEqual(ours, theirs);
});

function readIfThere(server: Server, name: string): string | undefined {
  try {
    return server.scratch.read(name);
  } catch {
    return undefined;
  }
}

const call = (method: string, params = ''): string =>
  `<?xml version='1.0'?>\n<methodCall><methodName>${method}</methodName><params>${params}</params></methodCall>`;

const text = (value: string): string => `<param><value><string>${value}</string></value></param>`;

/** Bodies as people write them, and some that they should not. */
const BODIES = [
  call('supervisor.getState'),
  call('supervisor.getAPIVersion'),
  call('supervisor.getProcessInfo', text('nope')),
  call('supervisor.stopProcess', text('spare')),
  call('supervisor.startProcess', `${text('spare')}<param><value><boolean>1</boolean></value></param>`),
  call(
    'supervisor.tailProcessStdoutLog',
    `${text('talker')}${'<param><value><i4>9</i4></value></param>'.repeat(2)}`,
  ),
  call(
    'supervisor.readProcessStdoutLog',
    `${text('talker')}${'<param><value><int>0</int></value></param>'.repeat(2)}`,
  ),
  call('system.multicall', '<param><value><array><data></data></array></value></param>'),
  call('nothing'),
  '<methodCall>\n  <methodName>supervisor.getIdentification</methodName>\n</methodCall>\n',
  '<methodCall><methodName>supervisor.getState',
  'hello',
];

/** The ways to the server, the last one without a password. */
const ways = ({ socket, port }: Server): readonly (readonly string[])[] => [
  ['--unix-socket', socket, 'http://localhost/RPC2'],
  ['-u', `${USER}:${PASSWORD}`, '-H', 'Content-Type: text/xml', `http://127.0.0.1:${port}/RPC2`],
  ['-0', '-u', `${USER}:${PASSWORD}`, `http://127.0.0.1:${port}/RPC2`],
  [`http://127.0.0.1:${port}/RPC2`],
];

test('curl gets the same bytes for a body that was written by hand', async () => {
  const written = ['-w', '\n%{http_code} %{content_type} %{size_download}', '--data-binary', '@-'];

  const { ours, theirs } = await both(async (server) => {
    const answers: string[] = [];
    for (const way of ways(server))
      for (const body of BODIES)
        answers.push(await output('/usr/bin/curl', ['-s', ...written, ...way], body));
    return answers;
  });

  match(theirs[0] ?? '', /^<\?xml version='1\.0'\?>\n<methodResponse>.*RUNNING.*\n200 text\/xml \d+$/s);
  match(theirs.at(-1) ?? '', /\n401 text\/html \d+$/);
  deepEqual(ours, theirs);
});

/** curl that goes on reading, until the test is over. */
class Curl implements Disposable {
  readonly #child;
  readonly lines: Lines;

  constructor(argv: readonly string[]) {
    this.#child = spawn('/usr/bin/curl', ['-sN', ...argv], { stdio: ['ignore', 'pipe', 'ignore'] });
    this.lines = new Lines('the answer', [this.#child.stdout]);
  }

  [Symbol.dispose](): void {
    this.#child.kill('SIGKILL');
  }
}

for (const kind of [SUPERVISORD, TSUPERVISOR])
  test(`curl follows the logs of ${kind.name}`, async () => {
    await using server = await Server.start(kind);
    const authorised = ['-u', `${USER}:${PASSWORD}`];
    using cat = new Curl(['--unix-socket', server.socket, 'http://localhost/logtail/cat']);
    using err = new Curl([...authorised, `http://127.0.0.1:${server.port}/logtail/talker%3Atalker/stderr`]);
    using main = new Curl([...authorised, '-i', `http://127.0.0.1:${server.port}/mainlogtail`]);
    using none = new Curl(['-i', '--unix-socket', server.socket, 'http://localhost/logtail/nope']);

    await err.lines.line(/^to stderr$/);
    await none.lines.line(/^HTTP\/1\.1 404 Not Found/);
    await main.lines.line(/INFO exited: once \(exit status 0; expected\)/);
    const typed = call('supervisor.sendProcessStdin', `${text('cat')}${text('grüße\n')}`);
    await output('/usr/bin/curl', ['-s', '--unix-socket', server.socket, 'http://x/RPC2', '-d', typed]);
    await output('/usr/bin/supervisorctl', ['-c', server.config, 'start', 'spare']);

    equal(await cat.lines.line(/./), 'grüße');
    await main.lines.line(/INFO spawned: 'spare' with pid/);
    match(main.lines.text, /^HTTP\/1\.1 200 OK\r\n/);
    ok(/^Content-Type: text\/plain;charset=utf-8\r$/im.test(main.lines.text), main.lines.text);
    equal(cat.lines.text, 'grüße\n');
  });

/** One call of npm's xmlrpc. */
const ask = async (options: object, method: string, params: readonly unknown[]): Promise<unknown> =>
  await new Promise((resolve) => {
    xmlrpc.createClient({ ...options }).methodCall(method, [...params], (error, value) => {
      resolve(error instanceof Error ? { error: error.message } : value);
    });
  });

const CALLS: readonly (readonly [string, ...unknown[]])[] = [
  ['supervisor.getState'],
  ['supervisor.getProcessInfo', 'nope'],
  ['supervisor.stopProcess', 'spare'],
  ['supervisor.startProcess', 'spare', true],
  ['supervisor.stopProcess', 'spare', true],
  ['supervisor.tailProcessStdoutLog', 'talker', 0, 100],
  ['supervisor.stopProcessGroup', 'spare'],
  ['supervisor.startProcessGroup', 'spare'],
  ['system.listMethods'],
  ['system.multicall', [{ methodName: 'supervisor.getAPIVersion', params: [] }]],
  ['nothing'],
];

test('xmlrpc of npm gets the same answers over TCP and over the socket', async () => {
  const { ours, theirs } = await both(async ({ socket, port }) => {
    const answers: unknown[] = [];
    for (const [method, ...params] of CALLS) {
      const tcp = { url: `http://127.0.0.1:${port}/RPC2`, basic_auth: { user: USER, pass: PASSWORD } };
      answers.push(await ask(tcp, method, params));
      answers.push(await ask({ socketPath: socket, path: '/RPC2' }, method, params));
    }
    return answers;
  });

  deepEqual(theirs[0], { statecode: 1, statename: 'RUNNING' });
  deepEqual(theirs[2], { error: 'XML-RPC fault: BAD_NAME: nope' });
  deepEqual(ours, theirs);
});
