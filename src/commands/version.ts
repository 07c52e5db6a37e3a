import { versionText } from './version-text.ts';

/** `tsupervisor version`: prints the version. */
export const version = async (): Promise<number> => {
  process.stdout.write(`${versionText}\n`);
  return 0;
};
