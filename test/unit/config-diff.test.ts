import { deepEqual } from 'node:assert/strict';
import { test } from 'node:test';
import { diffPlans, type PlanDiff } from '../../src/config/diff.ts';
import { planOf } from './config-rig.ts';

const none: PlanDiff = { added: [], changed: [], removed: [] };

const a = (options = ''): string => `[program:a]\ncommand=x\n${options}\n`;
const fcgi = (options: string): string => `[fcgi-program:f]\ncommand=x\nsocket=unix:///tmp/s\n${options}\n`;
const listener = (options: string): string => `[eventlistener:l]\ncommand=x\nevents=TICK\n${options}\n`;

const rows: readonly (readonly [name: string, before: string, after: string, diff: PlanDiff])[] = [
  ['nothing', a(), a(), none],
  ['a section that moves', a(), `\n; a comment\n\n${a()}`, none],
  ['an option at its default', a(), a('autostart=true'), none],
  ['a new program', a(), `${a()}[program:b]\ncommand=x\n`, { ...none, added: ['b'] }],
  ['a program that goes', `${a()}[program:b]\ncommand=x\n`, a(), { ...none, removed: ['b'] }],
  ['another command', a(), '[program:a]\ncommand=y\n', { ...none, changed: ['a'] }],
  ['another variable', a('environment=A="1"'), a('environment=A="2"'), { ...none, changed: ['a'] }],
  [
    'a variable of [supervisord]',
    a(),
    `${a()}[supervisord]\nenvironment=A="1"\n`,
    { ...none, changed: ['a'] },
  ],
  [
    'one more process',
    a('process_name=%(process_num)d'),
    a('process_name=%(process_num)d\nnumprocs=2'),
    { ...none, changed: ['a'] },
  ],
  [
    'a log file that becomes AUTO',
    a('stdout_logfile=/tmp/x'),
    a('stdout_logfile=AUTO'),
    { ...none, changed: ['a'] },
  ],
  ['the mode of a socket', fcgi(''), fcgi('socket_mode=0600'), { ...none, changed: ['f'] }],
  ['the backlog of a socket', fcgi(''), fcgi('socket_backlog=5'), { ...none, changed: ['f'] }],
  ['the events of a listener', listener(''), listener('events=TICK_5'), { ...none, changed: ['l'] }],
  ['the buffer of a listener', listener(''), listener('buffer_size=5'), { ...none, changed: ['l'] }],
  [
    'a program that joins a group',
    a(),
    `${a()}[group:g]\nprograms=a\n`,
    { added: ['g'], changed: [], removed: ['a'] },
  ],
];

for (const [name, before, after, diff] of rows)
  test(`${name}: the difference is what update will do`, () => {
    const found = diffPlans(planOf(`[supervisord]\n${before}`), planOf(`[supervisord]\n${after}`));

    deepEqual(found, diff);
  });
