/** Translates between people's own identifiers and the pseudonyms in the log (R21). */
import type { WireEvent } from '../contract/rows/events.ts';
import { subjectsOf, withSubjects } from '../domain/events/subjects.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { looksLikePseudonym } from '../people/vault/vault.ts';
import { wireEvent } from '../questions/events.ts';
import { naming } from '../questions/trail.ts';
import type { View } from '../questions/view.ts';
import { whateverIsKnown } from './ask.ts';
import type { Ledger } from './ledger.ts';

/** What a caller sees for a pseudonym: the identifier, or the pseudonym of a forgotten person. */
export type Reveal = (pseudonym: string) => string;

/** Whether some known event names the subject. */
export const isNamed = (view: View, subject: string): boolean => {
  const names = naming(subject);
  return view.positions('subject', subject).some((position) => {
    const recorded = view.recordedAbout(position, subject);
    return recorded !== undefined && names(recorded);
  });
};

/** People, as one caller may see and name them. It asks the vault once for a whole answer. */
export class People {
  private readonly ledger: Ledger;
  private readonly identify: boolean;

  /** @param identify whether the caller may see and use people's own identifiers. */
  constructor(ledger: Ledger, identify: boolean) {
    this.ledger = ledger;
    this.identify = identify;
  }

  /**
   * The pseudonyms of the people whom a caller names, by identifier or by pseudonym. Pseudonyms do not need the
   * vault.
   */
  async pseudonymsOf(named: ReadonlyArray<string>): Promise<ReadonlyMap<string, string>> {
    const known = this.inTheLog(named);
    const others = named.filter((name) => !known.has(name));
    if (!this.identify || others.length === 0) return known;
    const { pseudonyms } = await this.ledger.parts.vault.find({ names: others, pseudonyms: [] });
    return new Map([...known, ...pseudonyms]);
  }

  async pseudonymOf(named: string): Promise<string | undefined> {
    return (await this.pseudonymsOf([named])).get(named);
  }

  /** Those of the names that are pseudonyms in the log. */
  private inTheLog(named: ReadonlyArray<string>): ReadonlyMap<string, string> {
    const candidates = named.filter(looksLikePseudonym);
    if (candidates.length === 0) return new Map();
    return this.ledger.ask(
      whateverIsKnown,
      'claimed',
      (view) =>
        new Map(candidates.filter((name) => isNamed(view, name)).map((name) => [name, name] as const)),
    );
  }

  /** How the caller sees these people. */
  async seen(pseudonyms: Iterable<string>): Promise<Reveal> {
    const asked = this.identify ? [...new Set(pseudonyms)] : [];
    if (asked.length === 0) return (pseudonym) => pseudonym;
    const { people } = await this.ledger.parts.vault.find({ names: [], pseudonyms: asked });
    return (pseudonym) => people.get(pseudonym) ?? pseudonym;
  }

  /** Events of the log, as the caller sees them. */
  async wire(events: ReadonlyArray<RecordedEvent>): Promise<ReadonlyArray<WireEvent>> {
    const named = new Set<string>();
    if (this.identify) {
      for (const { event } of events) for (const subject of subjectsOf(event)) named.add(subject);
    }
    const reveal = await this.seen(named);
    return events.map((recorded) => wireEvent({ ...recorded, event: withSubjects(recorded.event, reveal) }));
  }
}
