import { type EventType, type Notification, typesBelow } from '../core/event-types.ts';
import { payloadOf } from '../core/event-wire.ts';
import { type ProcessSteps, processNotifications } from './process-notifications.ts';

/** A notification on its way to those who asked for it. */
export interface Posted {
  readonly notification: Notification;
  /** As text, without the header line. */
  readonly payload: string;
  /** Its number among all that were buffered; taken when it is asked for the first time. */
  readonly serial: number;
}

/** Someone who is told of notifications: a listener pool, a stream of the API. */
export interface Subscriber {
  /** A type stands for all below it. */
  readonly types: readonly EventType[];
  /** Takes one. Bytes in the notification itself are valid during the call only; the payload may be kept. */
  readonly accept: (posted: Posted) => void;
}

/**
 * Where everything that may be told to event listeners comes together. What nobody has asked for costs one lookup.
 * There is one bus for the life of tsupervisor: serial numbers survive a restart of the supervisor.
 */
export class EventBus {
  readonly #subscribers = new Map<Subscriber, ReadonlySet<EventType>>();
  #wanted: ReadonlySet<EventType> = new Set();
  #demandObserver: (() => void) | undefined;
  #lastSerial = -1;

  /** Whether anybody asks for this type. For those whose notification is costly to make. */
  wants(type: EventType): boolean {
    return this.#wanted.has(type);
  }

  /** Tells the notification to all who asked for it, once each. */
  post(notification: Notification): void {
    if (!this.#wanted.has(notification.type)) return;
    const posted = new PostedNotification(notification, () => this.#nextSerial());
    for (const [subscriber, types] of this.#subscribers)
      if (types.has(notification.type)) subscriber.accept(posted);
  }

  /** Tells of a step of a process. */
  postSteps(steps: ProcessSteps): void {
    if (this.#wanted.size === 0) return;
    for (const notification of processNotifications(steps)) this.post(notification);
  }

  /** Adds a subscriber. Dispose to take it away. */
  subscribe(subscriber: Subscriber): Disposable {
    this.#subscribers.set(subscriber, typesBelow(subscriber.types));
    this.#demandChanged();
    return {
      [Symbol.dispose]: () => {
        this.#subscribers.delete(subscriber);
        this.#demandChanged();
      },
    };
  }

  /** Calls back, from now on, when what is asked for may have changed. */
  observeDemand(observer: () => void): void {
    this.#demandObserver = observer;
  }

  #demandChanged(): void {
    this.#wanted = new Set([...this.#subscribers.values()].flatMap((types) => Array.from(types)));
    this.#demandObserver?.();
  }

  #nextSerial(): number {
    this.#lastSerial = this.#lastSerial >= Number.MAX_SAFE_INTEGER ? 0 : this.#lastSerial + 1;
    return this.#lastSerial;
  }
}

class PostedNotification implements Posted {
  readonly notification: Notification;
  readonly payload: string;
  readonly #takeSerial: () => number;
  #serial: number | undefined;

  constructor(notification: Notification, takeSerial: () => number) {
    this.notification = notification;
    this.payload = payloadOf(notification);
    this.#takeSerial = takeSerial;
  }

  get serial(): number {
    this.#serial ??= this.#takeSerial();
    return this.#serial;
  }
}
