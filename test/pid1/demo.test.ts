import { deepEqual, match } from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { root } from '../support/paths.ts';

const demo = join(root, 'scripts/demo');

/** How a command ended, and what it wrote. */
async function run(argv: readonly string[]): Promise<{ readonly code: unknown; readonly stdout: string }> {
  const [file = '', ...rest] = argv;
  return new Promise((resolve) => {
    execFile(file, rest, (error, stdout) => resolve({ code: error?.code ?? 0, stdout }));
  });
}

/** Starts the demo on a terminal of its own, takes that away, and tells how many processes there were, and are. */
const closesTerminal = `
import os, pty, sys
def below(pid):
    children = open(f'/proc/{pid}/task/{pid}/children').read().split()
    return children + [each for child in children for each in below(child)]
pid, terminal = pty.fork()
if pid == 0:
    os.execv(sys.argv[1], sys.argv[1:])
out = b''
while b'up as pid' not in out:
    out += os.read(terminal, 4096)
before = below(pid)
os.close(terminal)
os.waitpid(pid, 0)
print(len(before) >= 7, [each for each in before if os.path.exists(f'/proc/{each}')])
`;

test('the demo of a critical program ends with its exit code', async () => {
  const { code, stdout } = await run([demo, 'critical']);

  deepEqual(code, 42);
  match(stdout, /exit code: 42/);
});

test('the demo leaves nothing behind when its terminal is closed', async () => {
  const { stdout } = await run(['python3', '-c', closesTerminal, demo]);

  deepEqual(stdout, 'True []\n');
});
