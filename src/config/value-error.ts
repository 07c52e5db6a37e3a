/**
 * A text that is not what an option expects.
 *
 * `message` completes "cannot use KEY = TEXT: …"; empty: the option's "expected …" says it all. `supervisor` is what
 * Supervisor prints for the same text.
 */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly supervisor: string;

  constructor(supervisor: string, message = '') {
    super(message);
    this.supervisor = supervisor;
  }
}
