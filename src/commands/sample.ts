import { sampleConfiguration } from '../config/sample.ts';

/** Prints a commented configuration. Arguments are ignored, as echo_supervisord_conf does. @returns the exit code */
export function sample(_argv: readonly string[], write: (text: string) => void): number {
  write(sampleConfiguration());
  return 0;
}
