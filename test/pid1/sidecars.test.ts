import { equal, match, ok } from 'node:assert/strict';
import { test } from 'node:test';
import { tsupervisor } from '../support/paths.ts';
import { Pid1 } from '../support/pid1.ts';
import { activityOf, command, program, Rig, settings } from './rig.ts';

test('without -c no config is looked for', async () => {
  await using rig = await Rig.open();
  rig.config([program('web', { command: '/bin/echo sidecar', startsecs: 0 })]);

  await using init = command(['/bin/echo', 'alone'], { cwd: rig.scratch.folder });
  await init.exit();

  equal(init.stdout.text, 'alone\n');
});

test('with a config its programs are sidecars: started before the command, stopped after it', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const [side, main] = [await rig.stage.next('side'), await rig.stage.next('main')];
  await side.write(1, 'from the sidecar\n');
  await main.write(1, 'from the command\n');
  await init.line(/^side +\| from the sidecar$/);
  await init.line(/^from the command$/);
  await side.report('SIGTERM');
  await main.exit(33);
  equal(await side.signal(), 'SIGTERM');
  await side.exit(0);

  equal((await init.exit()).code, 33);
  ok(side.pid < main.pid);
});

test('with sidecars SIGTERM goes to the command; they are stopped when it has ended', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const [side, main] = [await rig.stage.next('side'), await rig.stage.next('main')];
  await side.report('SIGTERM');
  await main.report('SIGTERM');
  await init.signal('SIGTERM');
  equal(await main.signal(), 'SIGTERM');
  equal((await side.identity()).ppid, 1);
  await main.exit(6);
  equal(await side.signal(), 'SIGTERM');
  await side.exit(0);

  equal((await init.exit()).code, 6);
});

test('a sidecar that crashes is started again', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const main = await rig.stage.next('main');
  await (await rig.stage.next('side')).die('SIGKILL');
  await rig.stage.next('side');
  await main.exit(0);

  equal((await init.exit()).code, 0);
});

test('a critical sidecar that ends stops the command, and its exit code is ours', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side', { critical: true, autorestart: false })]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const main = await rig.stage.next('main');
  await main.report('SIGTERM');
  await (await rig.stage.next('side')).exit(21);
  equal(await main.signal(), 'SIGTERM');
  await main.exit(0);

  equal((await init.exit()).code, 21);
  match(init.stderr.all.at(-1) ?? '', /^tsupervisor: exit 21: .*side/);
});

test('sidecars are stopped when the command cannot be executed', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side', { stopsignal: 'QUIT' })]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', '/nonexistent/command']);
  equal((await init.exit()).code, 127);

  ok(activityOf(init).includes('WARN stopped: side (terminated by SIGQUIT)'));
  match(init.stderr.all.at(-1) ?? '', /^tsupervisor: exit 127: .*\/nonexistent\/command/);
});

test('once the command has ended, requests to stop are for the sidecars, and the second one kills them', async () => {
  await using rig = await Rig.open();
  const config = rig.config([rig.puppet('side', { stopwaitsecs: 1000 })]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const [side, main] = [await rig.stage.next('side'), await rig.stage.next('main')];
  await side.report('SIGTERM');
  await main.exit(8);
  await side.signal();
  await init.signal('SIGTERM');
  await init.line(/received SIGTERM/);
  await init.signal('SIGTERM');

  equal((await init.exit()).code, 8);
});

test('a sidecar that ends does not end the command', async () => {
  await using rig = await Rig.open();
  const config = rig.config([settings({ loglevel: 'debug' }), rig.puppet('side')]);

  await using init = new Pid1([tsupervisor, '-c', config, '--', ...rig.stage.argv('main')]);
  const main = await rig.stage.next('main');
  await (await rig.stage.next('side')).exit(0);
  await init.line(/exited: side/);
  await main.exit(4);

  equal((await init.exit()).code, 4);
  ok(activityOf(init).some((said) => said.startsWith('INFO exited: side (exit status 0; expected)')));
});
