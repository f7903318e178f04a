/** Examines an embedded ledger and its machine. Every check is made, whatever the earlier ones found. */
import { existsSync } from 'node:fs';
import type { Instant } from '../../domain/time/instant.ts';
import { treeFormat } from '../../integrity/tree-format.ts';
import { readLogFormat } from '../../people/access/read-log-format.ts';
import { vaultFormat } from '../../people/vault/vault-format.ts';
import { indexFormat } from '../../sealed-index/index-format.ts';
import { ledgerFormat } from '../../store/sqlite/ledger-format.ts';
import { filesIn } from '../files.ts';
import type { Settings } from '../settings.ts';
import { type Check, failed, ok } from './check.ts';
import { eventsCheck } from './events-check.ts';
import { fileCheck, projectionsCheck, writerCheck } from './file-checks.ts';
import { keysCheck } from './keys-check.ts';
import { machineChecks } from './machine-checks.ts';

/**
 * Makes every check of the embedded ledger that the settings name. It changes nothing and creates no ledger.
 *
 * @param onProgress called as events of the log are read.
 */
export const examine = (
  { dataDirectory, vault }: Pick<Settings, 'dataDirectory' | 'vault'>,
  now: Instant,
  onProgress: (read: number, of: number) => void,
): ReadonlyArray<Check> => {
  const checks: Check[] = [...machineChecks(dataDirectory)];
  const files = filesIn(dataDirectory);
  if (!existsSync(files.log)) {
    const orphaned = [`${files.log}-wal`, files.vault].find((file) => existsSync(file));
    return [
      ...checks,
      orphaned === undefined
        ? ok('log', 'none yet; the first domicile serve or domicile emit creates it')
        : failed(
            'log',
            `the log is missing, although ${orphaned} exists`,
            'Restore the latest backup of the whole directory',
          ),
    ];
  }
  const { inUse, ...use } = writerCheck(files.log, now);
  checks.push(use, fileCheck('log', files.log, ledgerFormat, inUse), eventsCheck(files.log, onProgress));
  if (vault === undefined) {
    checks.push(
      existsSync(files.vault)
        ? fileCheck('vault', files.vault, vaultFormat, inUse)
        : failed(
            'vault',
            'it is missing: nobody can be identified',
            'Restore the latest backup of the whole directory; the log itself contains only pseudonyms',
          ),
    );
  }
  for (const [name, file, format] of [
    ['tree', files.tree, treeFormat],
    ['index', files.index, indexFormat],
    ['index tree', files.indexTree, treeFormat],
  ] as const)
    if (existsSync(file)) checks.push(fileCheck(name, file, format, inUse));
  if (existsSync(files.reads)) checks.push(fileCheck('questions', files.reads, readLogFormat, inUse));
  checks.push(keysCheck(files.keys), projectionsCheck(files.projections));
  return checks;
};
