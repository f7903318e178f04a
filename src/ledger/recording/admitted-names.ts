/** The pseudonyms of the people of a batch, whom the vault admitted some at a time. */
import type { Admitted } from '../../people/vault/vault.ts';
import { allOf, type Entries, type EntriesOfEvent, nobodysEntries } from '../named-entries.ts';

interface Part {
  readonly pseudonyms: ReadonlyMap<string, string>;
  /** The entries that were created for its people, but for `others`. */
  readonly entries: Entries | undefined;
  readonly others: ReadonlySet<string>;
}

const partOf = ({ pseudonyms, created }: Admitted): Part => ({
  pseudonyms,
  entries: created === undefined ? undefined : { least: created.first, greatest: created.last },
  others: created?.others ?? new Set(),
});

/** Finds pseudonyms, and notes between which numbers the entries are of those who were looked up. */
export class AdmittedNames {
  private readonly parts: ReadonlyArray<Part>;
  /** The people of one event are mostly in one part, so the last one that had a name is tried first. */
  private latest: Part | undefined;
  private entries: EntriesOfEvent = nobodysEntries;

  constructor(admitted: ReadonlyArray<Admitted>) {
    this.parts = admitted.map(partOf);
    this.latest = this.parts[0];
  }

  pseudonymOf(name: string): string {
    let pseudonym = this.latest?.pseudonyms.get(name);
    if (pseudonym === undefined) {
      this.latest = this.parts.find(({ pseudonyms }) => pseudonyms.has(name));
      pseudonym = this.latest?.pseudonyms.get(name);
    }
    if (this.latest === undefined || pseudonym === undefined)
      throw new Error('a subject was left without a pseudonym');
    const { entries, others } = this.latest;
    if (entries === undefined || others.has(name)) this.entries = undefined;
    else if (this.entries !== undefined) this.entries = allOf(this.entries, entries);
    return pseudonym;
  }

  /** Between which numbers the entries are of those who were looked up since the last call. */
  takeEntries(): EntriesOfEvent {
    const { entries } = this;
    this.entries = nobodysEntries;
    return entries;
  }
}
