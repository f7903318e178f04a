/** The state of a backup as a mark. */
import type { BackupRow } from '../../../src/client/rows.ts';
import { Icon } from '../parts/icon.tsx';

const words: Readonly<Record<BackupRow['state'], string>> = {
  held: 'held',
  overdue: 'overdue',
  destroyed: 'destroyed',
  'not-taken': 'not yet taken',
};

export const BackupState = ({ of }: { of: BackupRow['state'] }) => (
  <span className={of === 'overdue' ? 'overdue-mark' : 'standing'}>
    {of === 'overdue' ? <Icon name="warning" /> : null}
    {words[of]}
  </span>
);
