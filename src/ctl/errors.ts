/** What can go wrong between the client, the server and the person. */

/** Ctrl-C at a question. */
export class Interrupted extends Error {
  override readonly name = 'Interrupted';
}

/** The server answered with a fault. */
export class Fault extends Error {
  override readonly name = 'Fault';
  readonly code: number;
  /** `BAD_NAME: cat`. */
  readonly text: string;

  constructor({ code, text }: { readonly code: number; readonly text: string }) {
    super(`fault ${code}: ${text}`);
    this.code = code;
    this.text = text;
  }
}

/** The server answered with an HTTP status that is not 200. */
export class HttpError extends Error {
  override readonly name = 'HttpError';
  readonly status: number;
  /** The words after the status: `Unauthorized`. */
  readonly reason: string;

  constructor({ status, reason }: { readonly status: number; readonly reason: string }) {
    super(`HTTP status ${status} ${reason}`);
    this.status = status;
    this.reason = reason;
  }
}
