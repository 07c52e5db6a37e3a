import { deepEqual, equal } from 'node:assert/strict';
import { setImmediate as turn } from 'node:timers/promises';
import { test } from 'node:test';
import { createActivityLog } from '../../src/activity/activity-log.ts';
import { activityControl } from '../../src/daemon/control-activity.ts';
import { watchWrites } from '../../src/daemon/watch-writes.ts';
import { MemoryTail } from '../../src/output/memory-tail.ts';
import { WriteWatchers } from '../../src/output/write-watchers.ts';
import { planOf } from './config-rig.ts';

/** What a watcher is told. */
class Told {
  readonly news: string[] = [];
  readonly changed = (): void => void this.news.push('changed');
  readonly ended = (): void => void this.news.push('ended');
}

test('who follows a tail is told once of all writes of a turn, and of the removal of the process', async () => {
  const tail = new MemoryTail(100);
  const told = new Told();
  using _watch = watchWrites(tail)(told);

  tail.append(Buffer.from('one'));
  tail.append(Buffer.from('two'));
  deepEqual(told.news, []);
  await turn();
  tail.close();
  await turn();

  deepEqual(told.news, ['changed', 'ended']);
});

test('who follows the activity log is told of its lines, whatever the kernel can watch', async () => {
  const writes = new WriteWatchers();
  const { supervisord } = planOf('[supervisord]\nlogfile=/tmp/activity-of-nobody.log\n');
  const activity = createActivityLog({ level: 'info', format: 'text', write: () => undefined });
  const { activityLog } = activityControl({ supervisord, activity, destinations: [], writes });
  const told = new Told();
  equal(activityLog.kind, 'file');
  using _watch = activityLog.kind === 'file' ? activityLog.watch?.(told) : undefined;

  writes.written();
  await turn();

  deepEqual(told.news, ['changed']);
});
