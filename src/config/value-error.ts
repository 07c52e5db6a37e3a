/**
 * A text that is not what an option expects.
 *
 * `message` completes "cannot use KEY = TEXT: …"; empty: the option's "expected …" says it all. `supervisor` is what
 * Supervisor prints for the same text. `suggestion` says what to write instead; undefined: the option's example does.
 */
export class ValueError extends Error {
  override readonly name = 'ValueError';
  readonly supervisor: string;
  readonly suggestion: string | undefined;

  constructor(supervisor: string, message = '', suggestion?: string) {
    super(message);
    this.supervisor = supervisor;
    this.suggestion = suggestion;
  }
}
