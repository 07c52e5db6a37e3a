/** What reaches the local syslog daemon: the same from both. */
import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { join } from 'node:path';
import { Pid1 } from '../support/pid1.ts';
import { root } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';
import { type DaemonName, daemons } from './events-rig.ts';

/** A /dev of its own with a syslog daemon in it, which writes what it gets to the standard output. */
const withSyslog = `
set -e
mkdir -p "$1/dev"
mount --rbind /dev "$1/dev"
mount -t tmpfs -o mode=755 tmpfs /dev
for device in null zero full random urandom tty; do
  touch /dev/$device
  mount --bind "$1/dev/$device" /dev/$device
done
ln -s /proc/self/fd /dev/fd
ln -s /proc/self/fd/1 /dev/stdout
ln -s /proc/self/fd/2 /dev/stderr
umount -l "$1/dev"
python3 "$2" /dev/log go &
until test -S /dev/log; do sleep 0.01; done
shift 2
exec "$@" >"/dev/null" 2>&1
`;

const programs = `
[program:web]
command=/bin/sh -c 'printf "one\\ntwo\\n\\nfour\\n"; sleep 0.3; printf "gr\\303\\274n\\n"; exec sleep 1000'
stdout_syslog=true
stdout_logfile=NONE
[program:err]
command=/bin/sh -c 'echo oops >&2; exec sleep 1000'
stderr_syslog=true
stderr_logfile=NONE
`;

async function messagesOf(daemon: DaemonName): Promise<readonly string[]> {
  await using scratch = new Scratch();
  const { folder } = scratch;
  const config = scratch.write(
    'supervisord.conf',
    `[supervisord]\nnodaemon=true\nlogfile=/dev/null\nlogfile_maxbytes=0\npidfile=${folder}/pid\n${programs}`,
  );
  const receiver = join(root, 'test', 'linux', 'syslog-receiver.py');
  await using init = new Pid1([
    '/bin/sh',
    '-c',
    withSyslog,
    'sh',
    folder,
    receiver,
    ...daemons[daemon],
    config,
  ]);
  const lines = await init.stdout.matching(/</, 6);
  return lines.map((line) =>
    Buffer.from(String(JSON.parse(line)), 'latin1')
      .toString()
      .replace(/\w{3} [ \d]\d [\d:]{8}/, 'TIME'),
  );
}

/** Each program's lines in their order. Which of two programs is read first is chance. */
const byProgram = (messages: readonly string[]): readonly string[] =>
  Object.entries(Object.groupBy(messages, (message) => / supervisord: (\w+) /.exec(message)?.[1] ?? ''))
    .toSorted(([a], [b]) => a.localeCompare(b))
    .flatMap(([, own = []]) => own);

test('lines reach the local syslog daemon in the same form', { timeout: 60_000 }, async () => {
  const [theirs, ours] = await Promise.all([messagesOf('supervisord'), messagesOf('tsupervisor')]);

  const expected = ['err oops', 'web one', 'web two', 'web ', 'web four', 'web grün'];
  const messages = expected.map((text) => `<14>TIME supervisord: ${text}`);
  deepEqual([byProgram(theirs), byProgram(ours)], [messages, messages]);
});
