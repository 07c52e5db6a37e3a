import { SWITCHES } from '../config/command-line.ts';

const intro = `tsupervisor: supervisord for containers, as one file

  tsupervisor [-c FILE] [options]         supervise the programs of FILE, as PID 1 or not
  tsupervisor [-c FILE] -- CMD [ARG…]     run CMD as the main program; its exit code is ours.
                                          With -c, the programs of FILE are its sidecars,
                                          and CMD may be missing
  tsupervisor ctl [COMMAND…]              talk to a running tsupervisor, like supervisorctl
  tsupervisor check [-c FILE]             say everything that is wrong with a configuration
  tsupervisor health                      exit 0 only when everything that should be up is up
  tsupervisor sample                      print a commented configuration
  tsupervisor version                     print the version

Called as supervisord, supervisorctl, pidproxy or echo_supervisord_conf it is that program.

FILE is -c, else $TSUPERVISOR_CONFIG, else the first of supervisord.conf, etc/supervisord.conf,
/etc/supervisord.conf and /etc/supervisor/supervisord.conf.

Options (those of supervisord; they override the file):
`;

const example = `
A first configuration:

  [supervisord]

  [program:web]
  command = nginx -g "daemon off;"
  critical = true          ; when it fails for good, the container ends with its exit code

Signals: TERM, INT and QUIT stop everything in order (twice: at once), HUP restarts everything with the
configuration as it is now, USR2 reopens log files.
`;

/** The text of --help. */
export function helpText(): string {
  const rows = SWITCHES.map(({ short, long, takesValue, doc }) => {
    const names = [short === undefined ? '  ' : `-${short}`, long === undefined ? '' : `--${long}`];
    return `  ${`${names.join(' ')}${takesValue ? ' VALUE' : ''}`.padEnd(32)}${doc}\n`;
  });
  return intro + rows.join('') + example;
}
