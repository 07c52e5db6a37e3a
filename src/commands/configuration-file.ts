/**
 * The configuration that was named: by -c, else by $TSUPERVISOR_CONFIG, which an image may leave empty. undefined: none
 * was.
 */
export const namedConfiguration = (
  option: string | undefined,
  environment: ReadonlyMap<string, string>,
): string | undefined => option ?? (environment.get('TSUPERVISOR_CONFIG') || undefined);
