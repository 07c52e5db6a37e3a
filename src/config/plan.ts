import { type EventType } from '../core/event-types.ts';
import { type FcgiAddress, type InetAddress } from './addresses.ts';
import { type Owner } from './identity.ts';
import { type ProgramValues } from './options-sections.ts';
import { type SupervisordOptions } from './options-supervisord.ts';
import { type Place } from './place.ts';

/** [supervisord], after the command line had its say. Times are milliseconds, sizes bytes. */
export type SupervisordValues = Omit<SupervisordOptions, 'childlogdir'> & {
  /** The directory of AUTO log files, absolute. */
  readonly childlogdir: string;
};

/** Options that a program has from [supervisord] where it does not set them itself. */
export type Inherited = Pick<SupervisordValues, 'output_format' | 'output_multiline' | 'tail_bytes'>;

/** One process of a program: what its section says, and who it is. */
export type ProcessPlan = Omit<ProgramValues, keyof Inherited> &
  Inherited & {
    /** process_name, expanded. */
    readonly name: string;
    readonly group: string;
    /** x of [program:x]. */
    readonly program: string;
    /** Where the program's section starts. */
    readonly section: Place;
  };

interface GroupBasics {
  readonly name: string;
  /** Lower starts earlier and stops later. */
  readonly priority: number;
  /** In start order: as [group:x] lists them, else by priority and name. */
  readonly processes: readonly ProcessPlan[];
  readonly section: Place;
}

/** What every process of a FastCGI group has as its standard input. */
export type FcgiSocket = FcgiAddress & {
  /** As Supervisor writes it: `unix:///path`, `tcp://host:port`. */
  readonly url: string;
  /** undefined: the longest queue that the kernel allows. */
  readonly backlog: number | undefined;
  /** Of a unix socket; undefined: ours. */
  readonly owner: Owner | undefined;
  /** The permissions of a unix socket. */
  readonly mode: number;
};

/** Processes that are started and stopped together. */
export type GroupPlan =
  | (GroupBasics & { readonly kind: 'program' | 'group' })
  | (GroupBasics & {
      readonly kind: 'eventlistener';
      /** How many events are kept while every listener is busy. */
      readonly buffer_size: number;
      readonly events: readonly EventType[];
      readonly result_handler: string;
    })
  | (GroupBasics & { readonly kind: 'fcgi-program'; readonly socket: FcgiSocket });

interface ServerBasics {
  /** The section's name, as Supervisor's messages quote it. */
  readonly section: string;
  readonly place: Place;
  readonly username: string | undefined;
  readonly password: string | undefined;
}

/** An HTTP server. */
export type ServerPlan =
  | (ServerBasics & {
      readonly kind: 'unix';
      /** The path of the socket, absolute. */
      readonly file: string;
      readonly chmod: number;
      readonly chown: Owner | undefined;
    })
  | (ServerBasics & InetAddress & { readonly kind: 'inet' });

/** An [rpcinterface:x] section. */
export interface RpcInterfacePlan {
  /** x. */
  readonly name: string;
  readonly factory: string;
  /** The other options, expanded. */
  readonly options: ReadonlyMap<string, string>;
}

/** A configuration, typed and resolved: all that the daemon reads. */
export interface Plan {
  /** The main file as it was given or found; undefined: there is none. */
  readonly file: string | undefined;
  readonly supervisord: SupervisordValues;
  /** Sorted by priority, then name. */
  readonly groups: readonly GroupPlan[];
  /** Those with a port first, then those with a path, each in file order. */
  readonly servers: readonly ServerPlan[];
  /** What programs find in $SUPERVISOR_SERVER_URL; undefined: there is no server. */
  readonly serverUrl: string | undefined;
  readonly rpcInterfaces: readonly RpcInterfacePlan[];
}
