import { deepEqual, equal, match, ok } from 'node:assert/strict';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { appendFileSync, existsSync, lstatSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Lines } from '../support/lines.ts';
import { Pid1 } from '../support/pid1.ts';
import { freePort } from '../support/port.ts';
import { Scratch } from '../support/scratch.ts';
import { waitFor } from '../support/wait-for.ts';

const version =
  '<?xml version="1.0"?><methodCall><methodName>supervisor.getVersion</methodName></methodCall>';

const callOf = (method: string, ...names: readonly string[]): string => {
  const params = names.map((name) => `<param><value>${name}</value></param>`).join('');
  return `<methodCall><methodName>supervisor.${method}</methodName><params>${params}</params></methodCall>`;
};

const basic = (words: string): string => `Authorization: Basic ${Buffer.from(words).toString('base64')}\r\n`;

const requestOf = (body: string, headers = ''): string =>
  `POST /RPC2 HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`;

/** Sends one request and resolves with the whole answer. */
async function ask(socket: Socket, body: string, headers = ''): Promise<string> {
  socket.write(requestOf(body, `Connection: close\r\n${headers}`));
  return await text(socket);
}

/** tsupervisor with a configuration in a folder of its own. */
class Running implements AsyncDisposable {
  readonly scratch: Scratch;
  readonly child: ChildProcess;
  readonly lines: Lines;

  /** @param before - a command that runs the rest of its arguments */
  constructor(scratch: Scratch, configuration: string, before: readonly string[] = []) {
    this.scratch = scratch;
    scratch.write('s.conf', configuration.replaceAll('FOLDER', scratch.folder));
    const [command, ...argv] = [...before, tsupervisor, '-c', scratch.path('s.conf')];
    if (command === undefined) throw new Error('cannot start: there is no command');
    this.child = spawn(command, argv, { stdio: ['ignore', 'pipe', 'pipe'] });
    const { stdout, stderr } = this.child;
    if (stdout === null || stderr === null) throw new Error('cannot read tsupervisor: it has no pipes');
    this.lines = new Lines('the output', [stdout, stderr]);
  }

  get socket(): string {
    return this.scratch.path('s.sock');
  }

  connect(): Socket {
    const socket = connect(this.socket);
    socket.on('error', () => undefined);
    return socket;
  }

  get descriptors(): number {
    return readdirSync(`/proc/${this.child.pid}/fd`).length;
  }

  /** Memory that only this process has, in MB. */
  get megabytes(): number {
    const status = readFileSync(`/proc/${this.child.pid}/status`, 'utf8');
    return Number(/RssAnon:\s+(\d+)/.exec(status)?.[1]) / 1024;
  }

  async end(signal: NodeJS.Signals): Promise<number | null> {
    const ended = once(this.child, 'exit');
    this.child.kill(signal);
    await ended;
    return this.child.exitCode;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.child.exitCode === null && this.child.signalCode === null) await this.end('SIGKILL');
  }
}

const UNIX = `
[supervisord]
exit_when_done=false
[unix_http_server]
file=FOLDER/s.sock
`;

test('the socket is private, and goes away with tsupervisor', async () => {
  await using scratch = new Scratch();
  await using running = new Running(scratch, UNIX);
  await running.lines.line(/supervisord started/);

  equal(lstatSync(running.socket).mode & 0o777, 0o700);
  match(await ask(running.connect(), version), /<string>3\.0<\/string>/);
  equal(await running.end('SIGTERM'), 0);

  equal(existsSync(running.socket), false);
  ok(!running.lines.text.includes('without any HTTP authentication'));
});

test('the socket of a daemon that was killed is taken over, and that of a living one is not', async () => {
  await using scratch = new Scratch();
  await using killed = new Running(scratch, UNIX);
  await killed.lines.line(/supervisord started/);
  await killed.end('SIGKILL');
  ok(existsSync(killed.socket));

  await using running = new Running(scratch, UNIX);
  await running.lines.line(/supervisord started/);
  await using second = new Running(scratch, `${UNIX}[program:x]\ncommand=/bin/sh -c "touch FOLDER/ran"\n`);
  await once(second.child, 'exit');

  equal(second.child.exitCode, 2);
  match(second.lines.text, /^Error: Another program is already listening on a port/);
  match(second.lines.text, /cannot listen at .*s\.sock: another server is listening there/);
  equal(existsSync(scratch.path('ran')), false);
  match(await ask(running.connect(), version), /<string>3\.0<\/string>/);
});

test('several servers answer, each with its own password', async () => {
  await using scratch = new Scratch();
  const port = await freePort();
  const servers = `${UNIX}chmod=0770\n[inet_http_server]\nport=[::1]:${port}\nusername=me\npassword=secret\n`;
  await using running = new Running(scratch, servers);
  await running.lines.line(/supervisord started/);

  match(await ask(running.connect(), version), /200 OK/);
  match(await ask(connect(port, '::1'), version), /401 Unauthorized/);
  match(await ask(connect(port, '::1'), version, basic('me:secret')), /200 OK/);
  match(
    running.lines.text,
    /CRIT Server 'unix_http_server' running without any HTTP authentication checking/,
  );
  ok(!running.lines.text.includes("Server 'inet_http_server' running"));
});

test('without a server section there is a private default socket, which programs are told of', async () => {
  await using scratch = new Scratch();
  const program = '[program:tell]\ncommand=/bin/sh -c "echo url $SUPERVISOR_SERVER_URL; exec sleep 1000"\n';
  const config = scratch.write('s.conf', `[supervisord]\n${program}`);
  await using init = new Pid1([tsupervisor, '-c', config]);

  await init.line(/url unix:\/\/\/run\/tsupervisor\.sock/);

  const answer = await init.run([tsupervisor, 'ctl', '-s', 'unix:///run/tsupervisor.sock', 'pid']);
  deepEqual([answer.stdout, answer.code], ['1\n', 0]);
});

test('a log stream shows what a program writes, to a file and to the container', async () => {
  await using scratch = new Scratch();
  const programs =
    '[program:file]\ncommand=/bin/cat\nstdout_logfile=FOLDER/file.log\n[program:stream]\ncommand=/bin/cat\n';
  await using running = new Running(scratch, `${UNIX}${programs}`);
  await running.lines.matching(/entered RUNNING/, 2);

  for (const name of ['file', 'stream']) {
    const follower = running.connect();
    let seen = '';
    follower.on('data', (chunk) => void (seen += String(chunk)));
    follower.write(`GET /logtail/${name} HTTP/1.0\r\n\r\n`);
    await waitFor('the head of the answer', () => seen.includes('\r\n\r\n'));
    await ask(running.connect(), callOf('sendProcessStdin', name, 'hello&#10;'));
    await waitFor('the text', () => seen.endsWith('\r\n\r\nhello\n'));
    follower.destroy();
  }
});

test('a restart by RPC reads the configuration again, and a broken one changes nothing', async () => {
  await using scratch = new Scratch();
  await using running = new Running(scratch, `${UNIX}[program:a]\ncommand=/bin/cat\n`);
  await running.lines.line(/entered RUNNING/);
  const config = scratch.path('s.conf');

  appendFileSync(config, '[program:broken]\n');
  match(
    await ask(running.connect(), callOf('restart')),
    /CANT_REREAD: program section program:broken does not specify/,
  );
  match(await ask(running.connect(), callOf('getState')), /RUNNING/);

  writeFileSync(
    config,
    readFileSync(config, 'utf8').replace('[program:broken]', '[program:b]\ncommand=/bin/cat'),
  );
  match(await ask(running.connect(), callOf('restart')), /<boolean>1<\/boolean>/);
  await running.lines.line(/spawned: 'b'/);
  await running.lines.matching(/supervisord started/, 2);
});

test('a shutdown by RPC is answered before the end, also when nothing runs', async () => {
  for (const programs of ['', '[program:a]\ncommand=/bin/cat\n']) {
    await using scratch = new Scratch();
    await using running = new Running(scratch, `${UNIX}${programs}`);
    await running.lines.line(programs === '' ? /supervisord started/ : /entered RUNNING/);
    const ended = once(running.child, 'exit');

    match(await ask(running.connect(), callOf('shutdown')), /<boolean>1<\/boolean>/);

    await ended;
    equal(running.child.exitCode, 0);
  }
});

test('groups that come and go by RPC leave no descriptor behind', async () => {
  await using scratch = new Scratch();
  const programs = '[program:a]\ncommand=/bin/cat\nstartsecs=0\nstdout_logfile=FOLDER/a.log\n';
  await using running = new Running(scratch, `${UNIX}${programs}[program:b]\ncommand=/bin/cat\n`);
  await running.lines.matching(/entered RUNNING/, 2);
  const round = async (): Promise<void> => {
    match(await ask(running.connect(), callOf('stopProcess', 'a')), /<boolean>1/);
    match(await ask(running.connect(), callOf('removeProcessGroup', 'a')), /<boolean>1/);
    match(await ask(running.connect(), callOf('addProcessGroup', 'a')), /<boolean>1/);
    await waitFor('its start', async () =>
      (await ask(running.connect(), callOf('getProcessInfo', 'a'))).includes('RUNNING'),
    );
  };
  await round();
  const before = running.descriptors;

  for (let count = 0; count < 10; count++) await round();

  await waitFor('the descriptors closed', () => running.descriptors <= before);
});

test('hostile clients leave neither descriptors nor memory behind, and hold nobody up', async () => {
  await using scratch = new Scratch();
  const protectedServer = `${UNIX}username=me\npassword=secret\n[program:a]\ncommand=/bin/cat\n`;
  await using running = new Running(scratch, protectedServer);
  await running.lines.line(/entered RUNNING/);
  const right = basic('me:secret');
  const answers = async (): Promise<void> => match(await ask(running.connect(), version, right), /200 OK/);
  const storm = async (): Promise<void> => {
    await idleClients(running, answers);
    await wrongPasswords(running);
    await vanishingClients(running, right);
    await largeBodies(running, right);
  };
  await storm();
  const { descriptors } = running;

  await storm();
  await storm();

  await answers();
  await waitFor('the descriptors closed', () => running.descriptors <= descriptors);
  await waitFor('the memory given back', () => running.megabytes < 30);
  ok(!running.lines.text.includes('CRIT'), running.lines.text);
});

test('clients leave the programs the files that they need', async () => {
  await using scratch = new Scratch();
  const program = '[program:a]\ncommand=/bin/sleep 1000\nautorestart=true\nstartsecs=0\n';
  const configuration = `${UNIX}${program}`.replace('[supervisord]', '[supervisord]\nminfds=100');
  await using running = new Running(scratch, configuration, ['/usr/bin/prlimit', '--nofile=128:128']);
  await running.lines.line(/entered RUNNING/);
  match(await ask(running.connect(), version), /200 OK/);

  await idleClients(running, async () => {
    match(await ask(running.connect(), callOf('signalProcess', 'a', 'KILL')), /<boolean>1/);
    await running.lines.matching(/entered RUNNING/, 2);
  });

  ok(!running.lines.text.includes('too many open files'), running.lines.text);
});

/** A thousand who say nothing, or only half a request. */
async function idleClients(running: Running, answers: () => Promise<void>): Promise<void> {
  const clients: Socket[] = [];
  for (let count = 0; count < 1000; count++) {
    const socket = running.connect();
    clients.push(socket);
    await once(socket, 'connect');
    if (count % 3 === 1) socket.write('POST /RPC2 HTTP/1.1\r\nX: ');
    if (count % 3 === 2) socket.write('POST /RPC2 HTTP/1.1\r\nContent-Length: 100\r\n\r\n<');
  }
  await answers();
  for (const socket of clients) socket.destroy();
}

async function wrongPasswords(running: Running): Promise<void> {
  for (let count = 0; count < 300; count++) {
    const answer = await ask(running.connect(), version, basic(`me:${count}`));
    match(answer, /^HTTP\/1\.1 401/);
  }
}

/** They ask for the largest answer there is, and go. */
async function vanishingClients(running: Running, right: string): Promise<void> {
  for (let count = 0; count < 300; count++) {
    const socket = running.connect();
    socket.write(requestOf(callOf('getAllConfigInfo'), right).repeat(5));
    if (count % 2 === 0) await once(socket, 'data');
    socket.destroy();
  }
}

async function largeBodies(running: Running, right: string): Promise<void> {
  const body = 'x'.repeat(50 * 2 ** 20);
  match(await ask(running.connect(), body, right), /^HTTP\/1\.1 413/);
  match(await ask(running.connect(), body), /^HTTP\/1\.1 401/);
}
