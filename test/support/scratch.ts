import { chmodSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

/**
 * A temporary folder that goes away with the test: `await using scratch = new Scratch()`.
 * Every user may read it, so that programs of another uid can.
 */
export class Scratch implements AsyncDisposable {
  /** The folder, absolute. */
  readonly folder: string;

  constructor() {
    this.folder = mkdtempSync(join(tmpdir(), 'tsupervisor-test-'));
    chmodSync(this.folder, 0o755);
  }

  /** The absolute path of a name in the folder, whether or not anything is there. */
  path(name: string): string {
    return join(this.folder, name);
  }

  /** Writes a file, with its folders. Returns its absolute path. */
  write(name: string, content: string | Uint8Array, mode = 0o644): string {
    const path = this.path(name);
    mkdirSync(dirname(path), { recursive: true });
    writeFileSync(path, content);
    // The mode of writeFileSync is cut by the umask.
    chmodSync(path, mode);
    return path;
  }

  /** Reads a file as UTF-8. */
  read(name: string): string {
    return readFileSync(this.path(name), 'utf8');
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}
