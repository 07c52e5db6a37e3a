import { deepEqual, equal, match, ok, rejects } from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { callMethod } from '../../src/api/call.ts';
import type { LogPlace } from '../../src/api/control.ts';
import { Fault } from '../../src/api/fault.ts';
import { METHODS } from '../../src/api/methods.ts';
import type { XmlRpcValue } from '../../src/api/xml-rpc.ts';
import { FakeControl, FakeProcess } from './api-fake-control.ts';

/** Plain objects instead of Maps, to compare with. */
const plain = (value: XmlRpcValue): unknown => {
  if (value instanceof Map)
    return Object.fromEntries([...value].map(([name, member]) => [name, plain(member)]));
  return Array.isArray(value) ? value.map(plain) : value;
};

const call = async (
  control: FakeControl,
  method: string,
  ...params: readonly XmlRpcValue[]
): Promise<unknown> =>
  plain(await callMethod({ control, changing: () => undefined }, `supervisor.${method}`, params));

const system = async (
  control: FakeControl,
  method: string,
  ...params: readonly XmlRpcValue[]
): Promise<unknown> =>
  plain(await callMethod({ control, changing: () => undefined }, `system.${method}`, params));

const faults = async (answer: Promise<unknown>, code: number, text: string): Promise<void> => {
  await rejects(answer, (error) => {
    deepEqual(error instanceof Fault && { code: error.code, text: error.text }, { code, text });
    return true;
  });
};

const running = { state: 'RUNNING', pid: 7 } as const;

test('a start with wait is answered when the process enters RUNNING', async () => {
  const web = new FakeProcess('web');
  const answer = call(new FakeControl([web]), 'startProcess', 'web');

  web.enter(['RUNNING']);

  equal(await answer, true);
  equal(web.observerCount, 0);
});

test('a start without wait is answered at once', async () => {
  const web = new FakeProcess('web');

  equal(await call(new FakeControl([web]), 'startProcess', 'web', false), true);

  equal(web.snapshot.state, 'STARTING');
});

test('a start that ends in BACKOFF is a SPAWN_ERROR', async () => {
  const web = new FakeProcess('web');
  const answer = call(new FakeControl([web]), 'startProcess', 'web');

  web.enter(['BACKOFF'], { spawnError: 'Exited too quickly (process log may have details)', pid: 0 });

  await faults(answer, 50, 'SPAWN_ERROR: web');
});

test('a start whose spawn fails is a SPAWN_ERROR also for those who do not wait', async () => {
  const web = new FakeProcess('web');
  web.startsInto = { state: 'BACKOFF', spawnError: 'too many open files' };

  await faults(call(new FakeControl([web]), 'startProcess', 'web', false), 50, 'SPAWN_ERROR: web');
});

test('a start that is stopped meanwhile is an ABNORMAL_TERMINATION', async () => {
  const web = new FakeProcess('web');
  const answer = call(new FakeControl([web]), 'startProcess', 'web');

  web.enter(['STOPPING']);

  await faults(answer, 40, 'ABNORMAL_TERMINATION: web');
});

test('a program that ran and ended in one step was started', async () => {
  const web = new FakeProcess('web');
  const answer = call(new FakeControl([web]), 'startProcess', 'web');

  web.enter(['RUNNING', 'EXITED'], { pid: 0 });

  equal(await answer, true);
});

test('a start checks the name, then the command, then the state', async () => {
  const web = new FakeProcess('web');
  const control = new FakeControl([web]);
  web.problem = { fault: 'NO_FILE', message: "can't find command '/x'" };
  web.snapshot = { ...web.snapshot, ...running };

  await faults(call(control, 'startProcess', 'nobody'), 10, 'BAD_NAME: nobody');
  await faults(call(control, 'startProcess', 'web'), 20, "NO_FILE: can't find command '/x'");
  web.problem = undefined;
  await faults(call(control, 'startProcess', 'web'), 60, 'ALREADY_STARTED: web');
  web.snapshot = { ...web.snapshot, state: 'UNKNOWN' };
  await faults(call(control, 'startProcess', 'web'), 30, 'FAILED: web is in an unknown process state');
});

test('a process that is being stopped cannot be started, and only those who wait are told', async () => {
  const web = new FakeProcess('web');
  web.snapshot = { ...web.snapshot, state: 'STOPPING', pid: 7 };
  const control = new FakeControl([web]);

  await faults(call(control, 'startProcess', 'web'), 40, 'ABNORMAL_TERMINATION: web');
  equal(await call(control, 'startProcess', 'web', 0), true);
  deepEqual(web.done, []);
});

test('a stop with wait is answered when the process has stopped', async () => {
  const web = new FakeProcess('web');
  web.snapshot = { ...web.snapshot, ...running };
  const answer = call(new FakeControl([web]), 'stopProcess', 'web');

  web.enter(['STOPPED'], { pid: 0 });

  equal(await answer, true);
});

test('a stop of what does not run is NOT_RUNNING', async () => {
  for (const state of ['STOPPED', 'STOPPING', 'EXITED', 'FATAL', 'UNKNOWN'] as const) {
    const web = new FakeProcess('web', 'g');
    web.snapshot = { ...web.snapshot, state };
    await faults(call(new FakeControl([web]), 'stopProcess', 'g:web'), 70, 'NOT_RUNNING: g:web');
  }
});

test('a process that is about to be restarted can be stopped', async () => {
  const web = new FakeProcess('web');
  web.snapshot = { ...web.snapshot, state: 'EXITED', isDue: true };
  web.stopsInto = { isDue: false };
  const control = new FakeControl([web]);

  equal(await call(control, 'stopProcess', 'web'), true);
  await faults(call(control, 'stopProcess', 'web'), 70, 'NOT_RUNNING: web');
});

test('a stop that the kernel refuses is FAILED with its text', async () => {
  const web = new FakeProcess('web');
  web.snapshot = { ...web.snapshot, ...running };
  web.stopsInto = { state: 'UNKNOWN', spawnError: 'unknown problem killing web (7):EPERM' };

  await faults(
    call(new FakeControl([web]), 'stopProcess', 'web'),
    30,
    'FAILED: unknown problem killing web (7):EPERM',
  );
});

test('a group is started in ascending priority, and what fails at once is answered first', async () => {
  const [slow, quick] = [new FakeProcess('slow', 'g', 1), new FakeProcess('quick', 'g', 2)];
  const [bad, up] = [new FakeProcess('bad', 'g', 3), new FakeProcess('up', 'g', 4)];
  bad.problem = { fault: 'NOT_EXECUTABLE', message: 'command is empty' };
  up.snapshot = { ...up.snapshot, ...running };
  const answer = call(new FakeControl([up, bad, quick, slow]), 'startProcess', 'g:*');

  quick.enter(['RUNNING']);
  await Promise.resolve();
  slow.enter(['BACKOFF'], { spawnError: 'x' });

  deepEqual(await answer, [
    { name: 'bad', group: 'g', status: 21, description: 'NOT_EXECUTABLE: command is empty' },
    { name: 'quick', group: 'g', status: 80, description: 'OK' },
    { name: 'slow', group: 'g', status: 50, description: 'SPAWN_ERROR: g:slow' },
  ]);
});

test('everything is stopped in ascending priority of groups, then of processes', async () => {
  const order: string[] = [];
  const processes = [
    new FakeProcess('b2', 'b', 2),
    new FakeProcess('b1', 'b', 1),
    new FakeProcess('a1', 'a', 5),
  ];
  for (const process of processes) {
    process.snapshot = { ...process.snapshot, ...running };
    process.stopsInto = { state: 'STOPPED', pid: 0 };
    process.observe(() => order.push(process.name));
  }
  const control = new FakeControl(
    processes,
    new Map([
      ['a', 10],
      ['b', 20],
    ]),
  );

  const results = await call(control, 'stopAllProcesses');

  deepEqual(order, ['a1', 'b1', 'b2']);
  deepEqual(await call(control, 'stopAllProcesses'), []);
  equal(Array.isArray(results) && results.length, 3);
});

test('a signal checks the name, the signal, the state, in this order', async () => {
  const web = new FakeProcess('web');
  const control = new FakeControl([web]);

  await faults(call(control, 'signalProcess', 'nobody', 'BOGUS'), 10, 'BAD_NAME: nobody');
  await faults(call(control, 'signalProcess', 'web', 'BOGUS'), 11, 'BAD_SIGNAL: BOGUS');
  await faults(call(control, 'signalProcess', 'web', 'HUP'), 70, 'NOT_RUNNING: web');
  web.snapshot = { ...web.snapshot, ...running };
  equal(await call(control, 'signalProcess', 'web', 1), true);
  web.signalProblem = 'unknown problem';
  await faults(call(control, 'signalProcess', 'web', '0'), 30, 'FAILED: unknown problem');
  deepEqual(web.done, ['signal 1', 'signal 0']);
});

test('a bad signal to a group is a result per process', async () => {
  const web = new FakeProcess('web');
  web.snapshot = { ...web.snapshot, ...running };

  deepEqual(await call(new FakeControl([web]), 'signalProcessGroup', 'web', 'BOGUS'), [
    { name: 'web', group: 'web', status: 11, description: 'BAD_SIGNAL: BOGUS' },
  ]);
});

test('stdin takes text and base64, and says when nobody reads it', async () => {
  const cat = new FakeProcess('cat');
  const control = new FakeControl([cat]);

  await faults(call(control, 'sendProcessStdin', 'nobody', 5), 2, 'INCORRECT_PARAMETERS: 5');
  await faults(call(control, 'sendProcessStdin', 'nobody', 'x'), 10, 'BAD_NAME: nobody');
  await faults(call(control, 'sendProcessStdin', 'cat', 'x'), 70, 'NOT_RUNNING: cat');
  cat.snapshot = { ...cat.snapshot, ...running };
  equal(await call(control, 'sendProcessStdin', 'cat', 'é'), true);
  equal(await call(control, 'sendProcessStdin', 'cat', Buffer.from([255])), true);
  cat.stdin = 'closed';
  await faults(call(control, 'sendProcessStdin', 'cat', 'x'), 20, 'NO_FILE: cat');
  cat.stdin = 'full';
  await faults(
    call(control, 'sendProcessStdin', 'cat', 'x'),
    30,
    'FAILED: cat has not read what it was sent before',
  );
  deepEqual(cat.done.slice(0, 2), ['stdin Ã©', 'stdin ÿ']);
});

test('while everything is being stopped, all but getState, events and system methods answer SHUTDOWN_STATE', async () => {
  const control = new FakeControl([new FakeProcess('web')]);
  await call(control, 'shutdown');

  deepEqual(await call(control, 'getState'), { statecode: -1, statename: 'SHUTDOWN' });
  equal(await call(control, 'sendRemoteCommEvent', 'a', 'b'), true);
  for (const [name, { params }] of METHODS) {
    if (name.startsWith('system.') || name.endsWith('getState') || name.endsWith('CommEvent')) continue;
    const values = params.map(() => 'x');
    await faults(call(control, name.replace('supervisor.', ''), ...values), 6, 'SHUTDOWN_STATE');
  }
});

test('groups are added and removed', async () => {
  const web = new FakeProcess('web');
  const control = new FakeControl([web]);

  equal(await call(control, 'addProcessGroup', 'new'), true);
  await faults(call(control, 'addProcessGroup', 'web'), 90, 'ALREADY_ADDED: web');
  await faults(call(control, 'addProcessGroup', 'x'), 10, 'BAD_NAME: x');
  equal(await call(control, 'removeProcessGroup', 'web'), true);
  web.snapshot = { ...web.snapshot, ...running };
  await faults(call(control, 'removeProcessGroup', 'web'), 91, 'STILL_RUNNING: web');
  await faults(call(control, 'removeProcessGroup', 'x'), 10, 'BAD_NAME: x');
});

test('a reread tells the differences, or why the file cannot be read', async () => {
  const control = new FakeControl([]);
  control.rereads = { added: ['a'], changed: ['b'], removed: ['c', 'd'] };
  deepEqual(await call(control, 'reloadConfig'), [[['a'], ['b'], ['c', 'd']]]);

  control.rereads = { problem: 'File contains no section headers.' };
  await faults(call(control, 'reloadConfig'), 92, 'CANT_REREAD: File contains no section headers.');
  await faults(call(control, 'restart'), 92, 'CANT_REREAD: File contains no section headers.');
});

test('events carry what any value looks like in Python', async () => {
  const control = new FakeControl([]);

  await call(control, 'sendRemoteCommEvent', 5, [
    1,
    'a',
    true,
    null,
    new Map<string, XmlRpcValue>([['k', "it's"]]),
  ]);

  deepEqual(control.done, [`event 5 [1, 'a', True, None, {'k': "it's"}]`]);
});

const entry = (methodName: string, params: readonly XmlRpcValue[] = []): XmlRpcValue =>
  new Map<string, XmlRpcValue>([
    ['methodName', methodName],
    ['params', params],
  ]);

test('a multicall answers with bare values and with faults in place', async () => {
  const web = new FakeProcess('web');
  const answer = system(new FakeControl([web]), 'multicall', [
    entry('supervisor.startProcess', ['web']),
    entry('supervisor.getVersion'),
    entry('system.multicall', [[]]),
    entry('supervisor.nothing'),
    new Map(),
  ]);

  await new Promise(setImmediate);
  web.enter(['RUNNING']);

  deepEqual(await answer, [
    true,
    '3.0',
    { faultCode: 2, faultString: 'INCORRECT_PARAMETERS: Recursive system.multicall forbidden' },
    { faultCode: 1, faultString: 'UNKNOWN_METHOD' },
    { faultCode: 2, faultString: 'INCORRECT_PARAMETERS: No methodName' },
  ]);
});

/** A log of that many bytes; they are made when they are read. */
const logOf = (size: number): LogPlace => ({
  kind: 'memory',
  path: '',
  bytes: { start: 0, size, read: (from, to) => Buffer.alloc(to - from, 'x') },
  watch: () => ({ [Symbol.dispose]: () => undefined }),
});

test('behind 16 MB of answers a multicall calls nothing more', async () => {
  const web = new FakeProcess('web');
  web.logs.stdout = logOf(10 * 2 ** 20);
  const read = entry('supervisor.readProcessStdoutLog', ['web', 0, 0]);

  const answer = await system(new FakeControl([web]), 'multicall', [
    read,
    read,
    read,
    entry('supervisor.startProcess', ['web', false]),
  ]);

  ok(Array.isArray(answer));
  deepEqual(
    answer.slice(0, 2).map((text) => String(text).length),
    [10 * 2 ** 20, 10 * 2 ** 20],
  );
  const fault = {
    faultCode: 30,
    faultString: 'FAILED: not called, the answers before it have 16 MB: ask for less at once',
  };
  deepEqual(answer.slice(2), [fault, fault]);
  deepEqual(web.done, []);
});

test('each call of a multicall begins when the one before it is answered', async () => {
  const web = new FakeProcess('web');
  const params = ['web'];
  const calls = ['supervisor.startProcess', 'supervisor.getProcessInfo'].map(
    (methodName) =>
      new Map<string, XmlRpcValue>([
        ['methodName', methodName],
        ['params', params],
      ]),
  );
  const answer = system(new FakeControl([web]), 'multicall', calls);

  await new Promise(setImmediate);
  web.enter(['RUNNING']);

  match(JSON.stringify(await answer), /"statename":"RUNNING"/);
});

test('only names of the table can be called', async () => {
  const probes = [
    'supervisor.supervisord.options.execve',
    'supervisor.__init__',
    'supervisor._update',
    'supervisor.a.b',
    'supervisor.supervisord',
    'system.namespaces',
    'constructor',
    'supervisor.constructor',
    '__proto__',
    'supervisor.',
    'getState',
    'SUPERVISOR.getState',
  ];
  for (const name of probes)
    await faults(
      callMethod({ control: new FakeControl([]), changing: () => undefined }, name, []),
      1,
      'UNKNOWN_METHOD',
    );
});

test('wrong counts and types of arguments are INCORRECT_PARAMETERS', async () => {
  const control = new FakeControl([new FakeProcess('web')]);
  const wrong: readonly (readonly [string, ...XmlRpcValue[]])[] = [
    ['getState', 1],
    ['startProcess'],
    ['startProcess', 'web', true, 1],
    ['startProcess', 5],
    ['startProcess', null],
    ['readLog', 'x', 0],
    ['readLog', 0],
    ['stopProcess', ['web']],
  ];
  for (const [name, ...params] of wrong)
    await faults(call(control, name, ...params), 2, 'INCORRECT_PARAMETERS');
});

test('every method tells its help and its signature', async () => {
  const control = new FakeControl([]);
  const names = await system(control, 'listMethods');

  equal(METHODS.size, 41);
  deepEqual(names, [...METHODS.keys()].toSorted());
  deepEqual(await system(control, 'methodSignature', 'supervisor.startProcess'), [
    'boolean',
    'string',
    'boolean',
  ]);
  deepEqual(await system(control, 'methodSignature', 'supervisor.getState'), ['struct']);
  deepEqual(await system(control, 'methodSignature', 'system.multicall'), ['array', 'array']);
  match(String(await system(control, 'methodHelp', 'supervisor.stopProcess')), /^Stops a process\./);
  await faults(system(control, 'methodHelp', 'x'), 4, 'SIGNATURE_UNSUPPORTED');
});

test('process information has the members of supervisord in its order', async () => {
  const web = new FakeProcess('web', 'g');
  web.logs.stdout = { kind: 'file', path: '/var/log/web.log' };
  web.snapshot = { ...web.snapshot, ...running, startedAt: new Date(Date.now() - 90_061_000) };

  const info = await call(new FakeControl([web]), 'getProcessInfo', 'g:web');

  deepEqual(Object.keys(info ?? {}), [
    'name',
    'group',
    'start',
    'stop',
    'now',
    'state',
    'statename',
    'spawnerr',
    'exitstatus',
    'logfile',
    'stdout_logfile',
    'stderr_logfile',
    'pid',
    'description',
  ]);
  match(JSON.stringify(info), /"description":"pid 7, uptime 1 day, 1:0[1-9]:\d\d"/);
});

test('no name and no arguments make a method fail otherwise than by a fault', async () => {
  const value = fc.oneof(
    fc.string(),
    fc.integer(),
    fc.boolean(),
    fc.constant(null),
    fc.double({ noNaN: true }),
  );
  const values = fc.array(fc.oneof(value, fc.array(value), fc.constant(new Map())), { maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(fc.constantFrom(...METHODS.keys()), values, async (name, params) => {
      const web = new FakeProcess('web');
      web.startsInto = running;
      const answer = callMethod({ control: new FakeControl([web]), changing: () => undefined }, name, params);
      equal(
        await answer.then(
          () => true,
          (error: unknown) => error instanceof Fault,
        ),
        true,
      );
    }),
    { numRuns: 2000 },
  );
});
