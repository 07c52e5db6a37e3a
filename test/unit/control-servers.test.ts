import { deepEqual, equal } from 'node:assert/strict';
import { test } from 'node:test';
import { ChownError, ListenError } from '../../src/api/listening.ts';
import { describeListenError, serversOf } from '../../src/daemon/control-servers.ts';
import { findUser } from '../../src/linux/users.ts';
import { planOf } from './config-rig.ts';

const saying = (error: unknown): string => describeListenError(error, 'tsupervisor');

test('a refused chown is told in the words of supervisord', () => {
  const uid = process.getuid?.() ?? 0;
  const name = findUser(String(uid))?.name ?? uid;

  equal(
    saying(new ChownError('/run/s.sock', { uid: 0, gid: 7 })),
    'Error: Not permitted to chown /run/s.sock to uid/gid (0, 7); adjust "sockchown" value in config file or on command ' +
      `line to values that the current user (${name}) can successfully chown\nFor help, use tsupervisor -h\n`,
  );
});

test('a server that cannot listen is named, with the name of the error where there is one', () => {
  const first = 'Error: Cannot open an HTTP server: socket.error reported';

  equal(
    saying(new ListenError('/s', 'the file system is read-only', 'EROFS')),
    `${first} EROFS\ncannot listen at /s: the file system is read-only\nFor help, use tsupervisor -h\n`,
  );
  equal(
    saying(new ListenError('/s', 'the path is longer than 107 bytes')),
    `${first} ?\ncannot listen at /s: the path is longer than 107 bytes\nFor help, use tsupervisor -h\n`,
  );
});

const credentialsIn = (lines: string): readonly unknown[] =>
  serversOf(planOf(`[supervisord]\n[unix_http_server]\nfile=/s\n${lines}`)).map(
    ({ credentials }) => credentials,
  );

test('an empty name asks for no password, as in supervisord', () => {
  deepEqual(credentialsIn('username=\npassword=\n'), [undefined]);
  deepEqual(credentialsIn('username=\npassword=secret\n'), [undefined]);
  deepEqual(credentialsIn('username=a\npassword=\n'), [{ username: 'a', password: '' }]);
});
