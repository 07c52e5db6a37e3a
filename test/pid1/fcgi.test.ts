import { test } from 'node:test';
import { equal, match } from 'node:assert/strict';
import { Pid1 } from '../support/pid1.ts';
import { tsupervisor } from '../support/paths.ts';
import { Scratch } from '../support/scratch.ts';

/** Accepts on its stdin, answers each connection with its pid, and ends with the word `end`. */
const server = `import os, socket
s = socket.socket(fileno=0)
while True:
    c, _ = s.accept()
    word = c.recv(16)
    c.sendall(str(os.getpid()).encode())
    c.close()
    if word == b'end': break
`;

const ask = (word: string): readonly string[] => [
  '/usr/bin/python3',
  '-c',
  `import socket,sys
s = socket.socket(socket.AF_UNIX); s.connect(sys.argv[1]); s.sendall(b'${word}'); print(s.recv(16).decode())`,
];

test('the processes of an fcgi-program share one socket, which is there until the last has ended', async () => {
  await using scratch = new Scratch();
  const script = scratch.write('server.py', server);
  const socket = scratch.path('f.sock');
  const config = scratch.write(
    's.conf',
    `[supervisord]
exit_when_done=false
[fcgi-program:app]
command=/usr/bin/python3 ${script}
socket=unix://${socket}
socket_mode=0770
process_name=%(program_name)s_%(process_num)d
numprocs=2
startsecs=0
autorestart=false
`,
  );
  await using init = new Pid1([tsupervisor, '-c', config]);
  await init.line(/spawned: 'app_1'/);

  match(await init.line(/Creating socket/), new RegExp(`INFO Creating socket unix://${socket}$`));
  match((await init.run([...ask('hello'), socket])).stdout, /^\d+$/m);
  equal((await init.run([...ask('end'), socket])).code, 0);
  await init.line(/exited: app_/);
  equal((await init.run([...ask('end'), socket])).code, 0);

  match(await init.line(/Closing socket/), new RegExp(`INFO Closing socket unix://${socket}$`));
  equal(init.lines.filter((line) => line.includes('Creating socket')).length, 1);
});

test('a socket that cannot be made is a failed start that says why', async () => {
  await using scratch = new Scratch();
  const config = scratch.write(
    's.conf',
    '[supervisord]\n[fcgi-program:app]\ncommand=/bin/cat\nsocket=unix:///nonexistent/f.sock\nstartretries=0\n',
  );
  await using init = new Pid1([tsupervisor, '-c', config]);

  await init.line(/spawnerr: Could not create FastCGI socket unix:\/\/\/nonexistent\/f\.sock: .*ENOENT/);

  equal((await init.exit()).code, 126);
});
