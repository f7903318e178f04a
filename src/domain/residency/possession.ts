/**
 * Possession: R7. Data stays where it was put until an event ends it there.
 *
 * This is what is held at a moment of the fold. Only the events of R8 to R11 change it: no plan, announcement or expiry
 * date does. A backup that was not destroyed by then is still held, and overdue.
 */
import type { Discrepancy, HoldingDiscrepancy } from '../recording/discrepancy.ts';
import type { FoldingPlace } from '../recording/folding-order.ts';
import { Backups } from './backups.ts';
import { Memberships } from './memberships.ts';
import { OwnHoldings } from './own-holdings.ts';
import { PopulationHoldings } from './population-holdings.ts';
import { Presences } from './presences.ts';

export class Possession {
  /** Which subjects are followed; others are passed over. */
  readonly follows: (subject: string) => boolean;
  readonly memberships = new Memberships();
  readonly presences: Presences;
  readonly populationHoldings: PopulationHoldings;
  readonly ownHoldings: OwnHoldings;
  readonly backups: Backups;
  readonly discrepancies: Discrepancy<HoldingDiscrepancy>[] = [];
  /** By the position of each copy, move, backup or restoration: the subjects whose data it took along. */
  readonly takenAlong = new Map<number, ReadonlyArray<string>>();

  constructor(follows: (subject: string) => boolean, goOn: (steps: number) => void) {
    this.follows = follows;
    this.presences = new Presences(goOn);
    this.populationHoldings = new PopulationHoldings(this.presences);
    this.ownHoldings = new OwnHoldings(this.presences, this.memberships, this.populationHoldings);
    this.backups = new Backups(this.presences);
  }

  /** The event does not fit (R1). */
  report({ position }: FoldingPlace, code: HoldingDiscrepancy): void {
    this.discrepancies.push({ position, code });
  }

  /** The event takes the data of the subjects from one site to another. */
  takesAlong({ position }: FoldingPlace, subjects: Iterable<string>): void {
    this.takenAlong.set(position, [...subjects]);
  }
}
