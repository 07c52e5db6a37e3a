import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable } from 'node:stream';
import { text } from 'node:stream/consumers';
import { test } from 'node:test';
import { ctl } from '../../src/commands/ctl.ts';
import { readIni } from '../../src/config/ini-file.ts';
import { FakeServer } from './ctl-fake-server.ts';

/** A directory of config files; `URL` in them is the server's. */
class Configs implements AsyncDisposable {
  readonly directory = mkdtempSync(join(tmpdir(), 'ctl-'));
  readonly server: FakeServer;

  private constructor(server: FakeServer) {
    this.server = server;
  }

  static async of(files: Readonly<Record<string, string>>): Promise<Configs> {
    const configs = new Configs(
      await FakeServer.start({ methods: new Map([['getSupervisorVersion', () => '9.9']]) }),
    );
    mkdirSync(join(configs.directory, 'conf.d'));
    for (const [name, content] of Object.entries(files))
      writeFileSync(join(configs.directory, name), content.replaceAll('URL', configs.server.serverurl));
    return configs;
  }

  /** Asks for the version; DIR in words and values is the directory. */
  async version(argv: readonly string[], env: Readonly<Record<string, string>> = {}): Promise<string> {
    const [stdout, stderr] = [new PassThrough(), new PassThrough()];
    const texts = Promise.all([text(stdout), text(stderr)]);
    const fill = (template: string): string => template.replaceAll('DIR', this.directory);
    const environment = Object.fromEntries(Object.entries(env).map(([name, value]) => [name, fill(value)]));
    const code = await ctl([...argv.map(fill), 'version'], {
      stdin: Readable.from([]),
      stdout,
      stderr,
      env: environment,
    });
    stdout.end();
    stderr.end();
    return `${(await texts).join('')}${code}`;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    rmSync(this.directory, { recursive: true });
    await this.server[Symbol.asyncDispose]();
  }
}

test('the config is -c, else $TSUPERVISOR_CONFIG', async () => {
  await using configs = await Configs.of({
    'good.conf': '[supervisorctl]\nserverurl = URL\n',
    'bad.conf': '[supervisorctl]\nserverurl = unix:///nonexistent\n',
  });

  assert.equal(await configs.version([], { TSUPERVISOR_CONFIG: 'DIR/good.conf' }), '9.9\n0');
  assert.equal(
    await configs.version(['-c', 'DIR/good.conf'], { TSUPERVISOR_CONFIG: 'DIR/bad.conf' }),
    '9.9\n0',
  );
});

test('[supervisorctl] may stand in an included file, and take names from the environment', async () => {
  await using configs = await Configs.of({
    'main.conf': '[include]\nfiles = conf.d/*.conf\n',
    'conf.d/ctl.conf': '[supervisorctl]\nserverurl = %(ENV_SERVER)s\n',
  });
  const SERVER = configs.server.serverurl;

  assert.equal(await configs.version(['-c', 'DIR/main.conf'], { SERVER }), '9.9\n0');
});

test('a mistake in a program is no matter of the client', async () => {
  await using configs = await Configs.of({
    'main.conf': '[supervisorctl]\nserverurl = URL\n[program:x]\nstartsecs = soon\n',
  });

  assert.equal(await configs.version(['-c', 'DIR/main.conf']), '9.9\n0');
});

test('a config that cannot be used is an error with exit code 2', async () => {
  await using configs = await Configs.of({ 'names.conf': '[supervisorctl]\nusername = %(ENV_NOPE)s\n' });

  assert.match(
    await configs.version(['-c', 'DIR/names.conf']),
    /^Error: Format string '%\(ENV_NOPE\)s' for 'supervisorctl.username' [^]*2$/,
  );
  assert.equal(
    await configs.version(['-c', 'DIR/nope.conf']),
    `Error: could not find config file ${configs.directory}/nope.conf\nFor help, use tsupervisor ctl -h\n2`,
  );
});

test('the sections that are wanted are read as if all were, and the lines of others are still checked', () => {
  const content =
    '[program:a]\nx=1\nnonsense\n[supervisorctl]\nprompt=a\n[program:b]\nprompt=b\n[supervisorctl]\nprompt=c ; d\n e\n';
  const all = readIni(content, 'f');
  const some = readIni(content, 'f', (name) => name === 'supervisorctl');

  assert.deepEqual(
    [...some.sections],
    [...all.sections].filter(([name]) => name === 'supervisorctl'),
  );
  assert.deepEqual(some.badLines, all.badLines);
  assert.deepEqual(some.badLines.length, 1);
});
