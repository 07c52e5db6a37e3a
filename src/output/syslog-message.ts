/**
 * What is sent to syslog. Facility and severity are always user and info, as Supervisor's are (loggers.py,
 * SyslogHandler: syslog(3) without openlog).
 */

/** user.info: 1 × 8 + 6 (RFC 5424, 6.2.1). */
const priority = '<14>';

const months = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];

const padded = (value: number, filler: ' ' | '0'): string => String(value).padStart(2, filler);

/** Makes the part of a message that stands before its text. */
export type SyslogHeader = (at: Date) => string;

/**
 * What syslog(3) sends to /dev/log (RFC 3164, 4.1.1, without a host name): `<14>Nov  5 03:04:05 supervisord: `, then the
 * process's name, as Supervisor puts it before each line. Local time.
 */
export const localHeader =
  ({ ident, process }: { readonly ident: string; readonly process: string | undefined }): SyslogHeader =>
  (at) => {
    const day = `${months[at.getMonth()]} ${padded(at.getDate(), ' ')}`;
    const time = [at.getHours(), at.getMinutes(), at.getSeconds()].map((part) => padded(part, '0')).join(':');
    return `${priority}${day} ${time} ${ident}: ${process === undefined ? '' : `${process} `}`;
  };

/** Where a line that goes to a server in the network comes from. */
export interface SyslogOrigin {
  readonly host: string;
  /** The name of the process, `group:process`. */
  readonly process: string;
  /** undefined: unknown. */
  readonly pid: number | undefined;
  /** `stdout`, `stderr`; or what else tells kinds of messages apart. */
  readonly stream: string;
}

/** RFC 5424, 6.2: `<14>1 2026-11-05T03:04:05.678Z host web 42 stdout - `. */
export function remoteHeader({ host, process, pid, stream }: SyslogOrigin): SyslogHeader {
  const names = [word(host, 255), word(process, 48), word(pid?.toString() ?? '', 128), word(stream, 32)];
  return (at) => `${priority}1 ${at.toISOString()} ${names.join(' ')} - `;
}

/** A field of RFC 5424: printable ASCII without blanks, `-` when there is nothing. */
function word(text: string, maxLength: number): string {
  const printable = text.replaceAll(/[^\x21-\x7e]/g, '_').slice(0, maxLength);
  return printable === '' ? '-' : printable;
}
