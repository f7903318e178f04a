/** Calls about snapshots of EC2 volumes. */
import { itemsAt, textAt } from '../imported/record-fields.ts';
import { snapshotName, volumeName } from '../inventory/aws-names.ts';
import { siteIn } from '../inventory/data-store.ts';
import { destroyed, shared, taken } from './backups.ts';
import { answered, asked, type Call, type CallFacts, type Handler, lacking, siteOfCall } from './call.ts';

/** The accounts of a permission to create volumes; `all` is everyone. */
const accountsIn = (call: Call, which: 'add' | 'remove'): ReadonlyArray<string> =>
  itemsAt(call.asked, 'createVolumePermission', which, 'items').flatMap(
    (item) => textAt(item, 'userId') ?? textAt(item, 'group') ?? [],
  );

const volumeSnapshotTaken: Handler = (call) => {
  const volume = asked(call, 'volumeId');
  const snapshot = answered(call, 'snapshotId');
  if (volume === undefined || snapshot === undefined) return lacking('volumeId and snapshotId');
  const site = siteOfCall(call);
  return taken(
    call,
    snapshotName(snapshot, call.region),
    volumeName(volume, call.region, call.account),
    site,
    site,
  );
};

const volumeSnapshotCopied: Handler = (call) => {
  const of = asked(call, 'sourceSnapshotId');
  const region = asked(call, 'sourceRegion') ?? call.region;
  const as = answered(call, 'snapshotId');
  if (of === undefined || as === undefined) return lacking('sourceSnapshotId and snapshotId');
  return {
    ...taken(
      call,
      snapshotName(as, call.region),
      snapshotName(of, region),
      siteIn('aws', region),
      siteOfCall(call),
    ),
    unmapped: ['the record does not name the volume of the copied snapshot, so its dataset is the snapshot'],
  };
};

const ofVolumes =
  (act: (call: Call, snapshot: string) => CallFacts): Handler =>
  (call) => {
    const of = asked(call, 'snapshotId');
    return of === undefined ? lacking('snapshotId') : act(call, snapshotName(of, call.region));
  };

/** The handlers of calls about volume snapshots, by name. */
export const volumeSnapshotCalls: Readonly<Record<string, Handler>> = {
  CreateSnapshot: volumeSnapshotTaken,
  CopySnapshot: volumeSnapshotCopied,
  DeleteSnapshot: ofVolumes(destroyed),
  ModifySnapshotAttribute: ofVolumes((call, snapshot) =>
    shared(call, snapshot, accountsIn(call, 'add'), accountsIn(call, 'remove')),
  ),
};
