/**
 * The socket of an [fcgi-program:x] section: opened before the first of its processes is spawned, shared by all of
 * them as their stdin, closed when the last has been reaped (Supervisor 4.3, socket_manager.py).
 */
import { type FcgiSocket } from '../config/plan.ts';
import { type Host } from '../config/host.ts';
import { closeFd } from '../linux/descriptors.ts';
import { listenTcp, listenUnix } from '../linux/listening-socket.ts';

/** A descriptor, or why there is none. */
export type Acquired =
  | { readonly kind: 'open'; readonly fd: number }
  | { readonly kind: 'problem'; readonly why: string };

/** One socket and the number of its users. */
export class FcgiListener {
  readonly #socket: FcgiSocket;
  readonly #host: Host;
  readonly #tell: (message: string) => void;
  #fd: number | undefined;
  #users = 0;

  /** `tell`: receives `Creating socket …` and `Closing socket …`. */
  constructor(socket: FcgiSocket, host: Host, tell: (message: string) => void) {
    this.#socket = socket;
    this.#host = host;
    this.#tell = tell;
  }

  /** One more process uses it. */
  acquire(): Acquired {
    try {
      this.#fd ??= this.#open();
    } catch (error) {
      const cause = error instanceof Error ? error.message : String(error);
      return { kind: 'problem', why: `Could not create FastCGI socket ${this.#socket.url}: ${cause}` };
    }
    this.#users++;
    return { kind: 'open', fd: this.#fd };
  }

  /** One process less. */
  release(): void {
    this.#users--;
    if (this.#users > 0 || this.#fd === undefined) return;
    this.#tell(`Closing socket ${this.#socket.url}`);
    closeFd(this.#fd);
    this.#fd = undefined;
  }

  #open(): number {
    this.#tell(`Creating socket ${this.#socket.url}`);
    const { backlog } = this.#socket;
    if (this.#socket.kind === 'unix') return listenUnix({ ...this.#socket, backlog });
    const { host, port } = this.#socket;
    const fd = listenTcp({ host: addressOf(host, this.#host), port, backlog });
    if (fd === undefined) throw new Error(`${host} is not an address and stands not in /etc/hosts`);
    return fd;
  }
}

/** Names are looked up in hosts(5) alone: asking a name server would stop everything else meanwhile. */
function addressOf(name: string, host: Host): string {
  const hosts = host.readFile('/etc/hosts');
  const rows = hosts.kind === 'text' ? hosts.text.split('\n') : [];
  for (const row of rows) {
    const [address, ...names] = row.replace(/#.*/, '').trim().split(/\s+/);
    if (address !== undefined && names.includes(name)) return address;
  }
  return name === 'localhost' ? '127.0.0.1' : name;
}
