import { chmodSync } from 'node:fs';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { once } from 'node:events';
import { Puppet } from './puppet.ts';
import type { Scratch } from './scratch.ts';
import { inTime } from './wait-for.ts';

/**
 * Where puppets come to: a unix socket that test programs connect to as soon as they run.
 *
 * ```ts
 * await using scratch = new Scratch();
 * await using stage = await Stage.open(scratch);
 * const config = scratch.write('s.conf', `[supervisord]\n[program:web]\ncommand=${stage.command('web')}\n`);
 * await using init = new Pid1([tsupervisor, '-c', config]);
 * const web = await stage.next('web');     // its first start
 * await web.exit(3);
 * const again = await stage.next('web');   // it was restarted
 * ```
 */
export class Stage implements AsyncDisposable {
  readonly #path: string;
  readonly #server: Server;
  readonly #waiting: Puppet[] = [];
  readonly #all: Puppet[] = [];
  #wake = Promise.withResolvers<void>();

  private constructor(path: string) {
    this.#path = path;
    this.#server = createServer((socket) => {
      void this.#meet(socket);
    });
  }

  /** Opens a stage whose socket, in the scratch folder, every user may connect to. */
  static async open(scratch: Scratch): Promise<Stage> {
    const stage = new Stage(scratch.path('stage.sock'));
    stage.#server.listen(stage.#path);
    await once(stage.#server, 'listening');
    chmodSync(stage.#path, 0o777);
    return stage;
  }

  /** The command line of a puppet, for `command=`. Its words hold no blanks and no `%`. */
  command(name: string): string {
    return this.argv(name).join(' ');
  }

  /** The same as an argv. */
  argv(name: string): readonly string[] {
    return ['/usr/bin/python3', '-I', '-S', join(import.meta.dirname, 'puppet.py'), this.#path, name];
  }

  /** Resolves with the next puppet of that name, in the order of their starts; each is given out once. */
  async next(name: string): Promise<Puppet> {
    return await inTime(this.#next(name), () => `a start of puppet ${name}`);
  }

  /** How often puppets of that name have started so far. */
  starts(name: string): number {
    return this.#all.filter((puppet) => puppet.name === name).length;
  }

  async #next(name: string): Promise<Puppet> {
    for (;;) {
      const index = this.#waiting.findIndex((puppet) => puppet.name === name);
      const [found] = index === -1 ? [] : this.#waiting.splice(index, 1);
      if (found !== undefined) return found;
      await this.#wake.promise;
    }
  }

  async #meet(socket: Socket): Promise<void> {
    const puppet = await Puppet.meet(socket);
    if (puppet !== undefined) this.#enter(puppet);
  }

  #enter(puppet: Puppet): void {
    this.#all.push(puppet);
    this.#waiting.push(puppet);
    this.#wake.resolve();
    this.#wake = Promise.withResolvers();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const puppet of this.#all) puppet.drop();
    await new Promise((resolve) => {
      this.#server.close(resolve);
    });
  }
}
