import { type Host } from './host.ts';

/** A type of value: how it is written, and how to read it. */
export interface Datatype<T> {
  /** Completes "expected …" in messages, docs and the sample. */
  readonly expects: string;
  /** @throws ValueError when the text is not what is expected */
  readonly parse: (text: string, host: Host) => T;
  /** The JSON schema of the value as it is written; none: any text. */
  readonly schema?: Readonly<Record<string, unknown>>;
}
