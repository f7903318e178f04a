/** The pseudonyms of the people of a batch, whom the vault admitted some at a time. */
import type { Admitted } from '../../people/vault/vault.ts';
import { allOf, type Entries, type EntriesOfEvent, nobodysEntries } from '../named-entries.ts';

/** Those of the names who were admitted together: from one place up to another. */
interface Together {
  readonly start: number;
  readonly end: number;
  /** The entries that were created for them, but for the `others`. */
  readonly entries: Entries | undefined;
  /** Places from `start` on. */
  readonly others: ReadonlySet<number>;
}

const togetherFrom = (start: number, { pseudonyms, created }: Admitted): Together => ({
  start,
  end: start + pseudonyms.length,
  entries: created === undefined ? undefined : { least: created.first, greatest: created.last },
  others: new Set(created?.others),
});

/**
 * Finds pseudonyms, and notes between which numbers the entries are of those who were looked up.
 *
 * People are mostly looked up in the order in which they were admitted, so the one after the last one is tried first. A map is
 * made only when that fails: of ten thousand people, it takes milliseconds.
 */
export class AdmittedNames {
  private readonly names: ReadonlyArray<string>;
  private readonly pseudonyms: ReadonlyArray<string>;
  private readonly together: ReadonlyArray<Together>;
  private places: ReadonlyMap<string, number> | undefined;
  private next = 0;
  private latest: Together | undefined;
  private entries: EntriesOfEvent = nobodysEntries;

  /** @param admitted the names in order, some at a time. */
  constructor(names: ReadonlyArray<string>, admitted: ReadonlyArray<Admitted>) {
    this.names = names;
    this.pseudonyms = ([] as ReadonlyArray<string>).concat(...admitted.map((each) => each.pseudonyms));
    const together: Together[] = [];
    for (const each of admitted) together.push(togetherFrom(together.at(-1)?.end ?? 0, each));
    this.together = together;
  }

  pseudonymOf(name: string): string {
    const place = this.names[this.next] === name ? this.next : this.placeOf(name);
    this.next = place + 1;
    this.note(place);
    return this.pseudonyms[place]!;
  }

  private placeOf(name: string): number {
    this.places ??= new Map(this.names.map((each, place) => [each, place]));
    const place = this.places.get(name);
    if (place === undefined) throw new Error('a subject was left without a pseudonym');
    return place;
  }

  private note(place: number): void {
    if (this.latest === undefined || place < this.latest.start || place >= this.latest.end)
      this.latest = this.together.find(({ start, end }) => place >= start && place < end);
    const { start, entries, others } = this.latest!;
    if (entries === undefined || (others.size > 0 && others.has(place - start))) this.entries = undefined;
    else if (this.entries !== undefined) this.entries = allOf(this.entries, entries);
  }

  /** Between which numbers the entries are of those who were looked up since the last call. */
  takeEntries(): EntriesOfEvent {
    const { entries } = this;
    this.entries = nobodysEntries;
    return entries;
  }
}
