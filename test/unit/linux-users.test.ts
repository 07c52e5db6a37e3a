import { deepEqual, equal } from 'node:assert/strict';
import { appendFileSync } from 'node:fs';
import test from 'node:test';
import fc from 'fast-check';

import { findGroup, findUser, groupsOf, type UserFiles } from '../../src/linux/users.ts';
import { Scratch } from '../support/scratch.ts';

const passwd = `root:x:0:0:root:/root:/bin/bash
# comment:x:1:1::/:/bin/sh
broken
negative:x:-1:5::/:/bin/sh
huge:x:99999999999:5::/:/bin/sh
nothing:x:::/:/bin/sh
web:x:33:33:Web, Server:/var/www:/usr/sbin/nologin
twin:x:33:34::/tmp:/bin/sh
1000:x:77:77::/home/1000:/bin/sh
short:x:5:6
`;

const group = `root:x:0:
web:x:33:
media:x:44:web,db
db:x:45:db
media:x:44:web
video:x:46:db,web,
broken:x
`;

function filesIn(scratch: Scratch): UserFiles {
  return { passwd: scratch.write('passwd', passwd), group: scratch.write('group', group) };
}

test('a user is found by name', async () => {
  await using scratch = new Scratch();
  const files = filesIn(scratch);

  const web = { name: 'web', uid: 33, gid: 33, home: '/var/www', shell: '/usr/sbin/nologin' };
  deepEqual(findUser('web', files), web);
  deepEqual(findUser('short', files), { name: 'short', uid: 5, gid: 6, home: undefined, shell: undefined });
});

test('of two users with the same uid the first is found', async () => {
  await using scratch = new Scratch();

  equal(findUser('33', filesIn(scratch))?.name, 'web');
});

test('digits are a uid, even where a user has such a name', async () => {
  await using scratch = new Scratch();

  const unnamed = { name: undefined, uid: 1000, gid: undefined, home: undefined, shell: undefined };
  deepEqual(findUser('1000', filesIn(scratch)), unnamed);
});

test('a name that is not there, or only on a malformed line, is not found', async () => {
  await using scratch = new Scratch();
  const files = filesIn(scratch);

  for (const name of [
    'nobody',
    '',
    'broken',
    'negative',
    'huge',
    'nothing',
    '# comment',
    '-1',
    '99999999999',
  ])
    equal(findUser(name, files), undefined, name);
  for (const name of ['nobody', '', 'broken']) equal(findGroup(name, files), undefined, name);
});

test('a group is found by name and by gid, and a gid without an entry with nothing else', async () => {
  await using scratch = new Scratch();
  const files = filesIn(scratch);

  deepEqual(findGroup('video', files), { name: 'video', gid: 46, members: ['db', 'web'] });
  deepEqual(findGroup('45', files), { name: 'db', gid: 45, members: ['db'] });
  deepEqual(findGroup('4711', files), { name: undefined, gid: 4711, members: [] });
});

test('the groups of a user are the primary one and each that lists it, once', async () => {
  await using scratch = new Scratch();
  const files = filesIn(scratch);

  deepEqual(groupsOf('web', 33, files), [33, 44, 46]);
  deepEqual(groupsOf('db', 45, files), [45, 44, 46]);
  deepEqual(groupsOf(undefined, 0, files), [0]);
});

test('without the files uids and gids are still found', async () => {
  await using scratch = new Scratch();
  // A folder is there, but cannot be read.
  const files = { passwd: scratch.path('none'), group: scratch.folder };

  equal(findUser('0', files)?.uid, 0);
  equal(findUser('root', files), undefined);
  equal(findGroup('0', files)?.gid, 0);
  deepEqual(groupsOf('root', 0, files), [0]);
});

test('a file that has changed is read again', async () => {
  await using scratch = new Scratch();
  const files = filesIn(scratch);
  equal(findUser('late', files), undefined);

  appendFileSync(files.passwd, 'late:x:7:7::/:/bin/sh\n');

  equal(findUser('late', files)?.uid, 7);
});

test('no content makes the reading fail', async () => {
  await using scratch = new Scratch();
  fc.assert(
    fc.property(fc.string(), fc.string(), (text, name) => {
      const files = { passwd: scratch.write('passwd', text), group: scratch.write('group', text) };
      const user = findUser(name, files);
      equal(user === undefined || user.uid >= 0, true);
      equal(groupsOf(name, 5, files)[0], 5);
    }),
    { numRuns: 50 },
  );
});
