/**
 * Backups: R11. Frozen: each holds exactly those it was taken of, until it is destroyed.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Scope } from '../events/scope.ts';
import type { HoldingDiscrepancy } from '../recording/discrepancy.ts';
import type { FoldingPlace } from '../recording/folding-order.ts';
import type { Instant } from '../time/instant.ts';
import type { BackupHolding } from './holding.ts';
import type { Arrivals } from './population-holdings.ts';
import type { Occupancy, Presences } from './presences.ts';

/** A backup, as it was taken. */
export interface BackupTaking {
  readonly backup: string;
  readonly dataset: string;
  readonly scope: Scope;
  /** Held past this instant it is overdue (R7). */
  readonly expires: Instant;
}

/** A backup at the site where it is now. */
export interface Backup extends BackupTaking {
  readonly takenBy: number;
  site: string;
  readonly content: ReadonlyMap<string, ReadonlyArray<number>>;
  destroyed: boolean;
}

export class Backups {
  private readonly presences: Presences;
  private readonly byId = new Map<string, Backup>();

  constructor(presences: Presences) {
    this.presences = presences;
  }

  /** Whether a backup was ever taken under the id. */
  wasTaken(backup: string): boolean {
    return this.byId.has(backup);
  }

  /** The backup of the id; the reason if there is none, or if it was destroyed. */
  existing(backup: string): E.Either<HoldingDiscrepancy, Backup> {
    const found = this.byId.get(backup);
    if (found === undefined) return E.left('unknown-backup');
    return found.destroyed ? E.left('destroyed-backup') : E.right(found);
  }

  /** Takes a backup of the content, at a site. */
  take(by: FoldingPlace, taking: BackupTaking, site: string, content: Arrivals): void {
    const backup: Backup = {
      ...taking,
      site,
      takenBy: by.position,
      content: new Map(content),
      destroyed: false,
    };
    this.byId.set(taking.backup, backup);
    this.hold(by, backup, [by.position]);
  }

  /** Changes its site. */
  move(by: FoldingPlace, backup: Backup, site: string): void {
    this.release(by, backup);
    backup.site = site;
    this.hold(by, backup, [backup.takenBy, by.position]);
  }

  /** It holds nobody any more. */
  destroy(by: FoldingPlace, backup: Backup): void {
    this.release(by, backup);
    backup.destroyed = true;
  }

  private hold(by: FoldingPlace, backup: Backup, openedBy: ReadonlyArray<number>): void {
    const occupancy = this.occupancyOf(backup);
    occupancy.begin(by, openedBy);
    for (const [subject, taken] of backup.content)
      occupancy.enter(by, subject, [...new Set([...taken, ...openedBy])]);
  }

  private release(by: FoldingPlace, backup: Backup): void {
    const occupancy = this.occupancyOf(backup);
    occupancy.end(by);
    for (const subject of backup.content.keys()) occupancy.leave(by, subject);
  }

  private occupancyOf({ backup, dataset, scope, site }: Backup): Occupancy<BackupHolding> {
    return this.presences.of<BackupHolding>({ kind: 'backup', backup, dataset, scope, site });
  }

  /** Every backup ever taken. */
  all(): ReadonlyMap<string, BackupTaking> {
    return this.byId;
  }
}
