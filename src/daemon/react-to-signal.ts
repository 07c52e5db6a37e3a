/** What a signal to tsupervisor itself means (Supervisor 4.3, supervisord.py, handle_signal). */
import { type ActivityLog } from '../activity/activity-log.ts';
import { type Supervisor } from './supervisor.ts';

/** What a signal may touch. */
export interface Reactor {
  readonly activity: ActivityLog;
  readonly supervisor: Supervisor;
  readonly restart: () => void;
  readonly reopenLogs: () => void;
}

const stop = (name: string, { activity, supervisor }: Reactor): void => {
  activity.warn(`received ${name} indicating exit request`);
  supervisor.post({ type: 'stopRequested', by: name });
};

const restart = (_name: string, reactor: Reactor): void => {
  if (reactor.supervisor.isStopping) {
    reactor.activity.warn('ignored SIGHUP indicating restart request (shutdown in progress)');
    return;
  }
  reactor.activity.warn('received SIGHUP indicating restart request');
  reactor.restart();
};

const reopen = (_name: string, { activity, reopenLogs }: Reactor): void => {
  activity.info('received SIGUSR2 indicating log reopen request');
  reopenLogs();
  activity.info('supervisord logreopen');
};

const reactions: ReadonlyMap<string, (name: string, reactor: Reactor) => void> = new Map([
  ['SIGTERM', stop],
  ['SIGINT', stop],
  ['SIGQUIT', stop],
  ['SIGHUP', restart],
  ['SIGUSR2', reopen],
]);

/** Reacts to one signal; one without a meaning for us is noted and does nothing. */
export function reactToSignal(name: string, reactor: Reactor): void {
  const react = reactions.get(name);
  if (react === undefined) reactor.activity.debug(`received ${name}, which means nothing to tsupervisor`);
  else react(name, reactor);
}
