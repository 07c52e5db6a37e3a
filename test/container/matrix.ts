import { equal, match } from 'node:assert/strict';
import { test } from 'node:test';
import { Scratch } from '../support/scratch.ts';
import { Container, type Image, inside } from './container.ts';

/** Who the container runs as: what `--user` says. OpenShift gives a high uid, group 0 and no entry in passwd. */
const users = { root: '0:0', 'uid 1000': '1000:1000', 'uid 1000660000 of group 0': '1000660000:0' } as const;

/** What the root file system allows. The control socket has a folder of its own in both. */
const fileSystems = {
  'a writable root': [],
  'a read-only root': ['--read-only', '--read-only-tmpfs=false'],
} as const;

/** Who has the pid 1. */
const pids = {
  'PID 1': [],
  'a child of --init': ['--init'],
  'a process of the host': ['--pid=host'],
} as const;

const config = `[unix_http_server]
file = /control/tsupervisor.sock
[supervisord]
[supervisorctl]
serverurl = unix:///control/tsupervisor.sock
`;

const web = `[program:web]
command = ${inside.app} serve
critical = true
startsecs = 0
autorestart = false
`;

/** Only root can give a program another user. */
const other = ['other', '4711'] as const;
const otherUser = `[program:other]
command = ${inside.app} serve
user = 4711:4711
startsecs = 0
`;

/** Tests that one image runs as every user, with every root file system, whoever has pid 1. */
export function testMatrix(image: Image): void {
  for (const [who, user] of Object.entries(users))
    for (const [onWhat, rootOptions] of Object.entries(fileSystems))
      for (const [asWhat, pidOptions] of Object.entries(pids))
        test(`${image}: ${who} on ${onWhat} as ${asWhat}`, async () => {
          await testCell({ image, user, options: [...rootOptions, ...pidOptions] });
        });
}

/** What the termination log says of a stop. */
const stoppedByUs = /^\{"exitCode":0,.*SIGTERM.*\}$/;
/** Without a pid namespace the runtime signals every process of the container: the program may end before us. */
const stoppedWithTheRest =
  /^\{"exitCode":0,.*(?:SIGTERM|the critical program web has ended: exit status 0).*\}$/;

interface Cell {
  readonly image: Image;
  readonly user: string;
  readonly options: readonly string[];
}

async function testCell({ image, user, options }: Cell): Promise<void> {
  await using scratch = new Scratch();
  const programs = user === users.root ? [web, otherUser] : [web];
  const file = scratch.write('supervisord.conf', [config, ...programs].join(''));
  const start = (log: string): Container =>
    new Container({
      image,
      argv: [],
      options: ['--user', user, '--tmpfs', '/control:mode=1777', ...options],
      files: { '/etc/supervisord.conf': file, '/dev/termination-log': scratch.write(log, '', 0o666) },
    });

  await stopsInTime(start('stopped'), new Map([['web', user], ...(programs.length > 1 ? [other] : [])]));
  match(scratch.read('stopped'), options.includes('--pid=host') ? stoppedWithTheRest : stoppedByUs);

  await tellsTheTruth(start('ended'));
  match(scratch.read('ended'), /^\{"exitCode":7,.*"web".*\}$/);
}

/** `programs`: name → the uid that it runs as, and what may follow. */
async function stopsInTime(started: Container, programs: ReadonlyMap<string, string>): Promise<void> {
  await using container = started;
  for (const [name, user] of programs) {
    // Nothing but 0, 1 and 2 is open, and the limit is the one that the runtime set, not the one that Node made of it.
    const told = `^${name} +\\| up: uid ${user.split(':')[0]}, .* 3 descriptors, nofile 1024 of 4096,`;
    await container.output.line(new RegExp(told));
    await container.output.line(new RegExp(`^${name} +\\| through /dev/stdout$`));
  }

  await container.stop();

  equal(await container.exitCode(), 0, container.output.text);
}

/** The exit code of the container is that of the program that it ended for. */
async function tellsTheTruth(started: Container): Promise<void> {
  await using container = started;
  await container.output.line(/^web +\| through/);
  const status = await container.exec(inside.tsupervisor, 'ctl', 'status');
  match(status.stdout, /^web +RUNNING/m, status.stderr);

  await container.exec(inside.tsupervisor, 'ctl', 'signal', 'USR1', 'web');

  equal(await container.exitCode(), 7, container.output.text);
}
