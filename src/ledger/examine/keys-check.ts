/** The check that the file of callers' keys exists and can be read. */
import { Keys } from '../../people/access/keys.ts';
import { StoreProblem } from '../../store/sqlite/store-problems.ts';
import { type Check, failed, ok } from './check.ts';

/** Checks the file of keys; changes nothing. */
export const keysCheck = (file: string): Check => {
  try {
    const keys = new Keys(file);
    const active = keys.all().filter(({ revokedAt }) => revokedAt === undefined).length;
    if (keys.areLost())
      return failed(
        'keys',
        'there were keys, but the file is lost: nobody is admitted',
        'Restore keys.json from the latest backup, or create new keys: domicile keys create',
      );
    return ok(
      'keys',
      keys.areSetUp() ? `${active} in use` : 'none: the server listens on loopback only and admits everybody',
    );
  } catch (error) {
    if (error instanceof StoreProblem) return failed('keys', error.what, error.remedy);
    throw error;
  }
};
