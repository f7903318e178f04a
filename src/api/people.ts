/**
 * Between a person's own identifier and the pseudonym in the log: R21.
 */
import type { Context } from 'hono';
import { type Event, encodeEvent } from '../domain/events/event.ts';
import { withSubjects } from '../domain/events/subjects.ts';
import type { RecordedEvent } from '../domain/facts.ts';
import type { WireEvent } from '../projections/questions/answers.ts';
import { wireEvent } from '../projections/questions/events.ts';
import { looksLikePseudonym, type Vault } from '../vault/vault.ts';
import { may } from './access.ts';
import type { Ledger } from './ledger.ts';

export class People {
  readonly vault: Vault;
  private readonly identify: boolean;

  /** @param identify whether the caller may see and use people's own identifiers. */
  constructor(vault: Vault, identify: boolean) {
    this.vault = vault;
    this.identify = identify;
  }

  /** The pseudonym by which the log knows what a caller names: an identifier, or a pseudonym itself. */
  pseudonymOf(named: string): string | undefined {
    const own = this.identify ? this.vault.pseudonymOf(named) : undefined;
    return own ?? (looksLikePseudonym(named) && this.vault.knows(named) ? named : undefined);
  }

  /** What a caller sees in place of a pseudonym: the identifier, or the pseudonym of somebody forgotten. */
  readonly reveal = (pseudonym: string): string =>
    (this.identify ? this.vault.identifierOf(pseudonym) : undefined) ?? pseudonym;

  /** An event of the log as a caller sees it. */
  wire(recorded: RecordedEvent): WireEvent {
    return wireEvent({ ...recorded, event: withSubjects(recorded.event, this.reveal) });
  }
}

/** Whether two events are the same but for people who were forgotten since the second was recorded. */
export const sameButForgotten = (
  given: Event,
  stored: Event,
  forgotten: (pseudonym: string) => boolean,
): boolean => {
  const same = (a: unknown, b: unknown): boolean => {
    if (typeof b === 'string') return a === b || (typeof a === 'string' && forgotten(b));
    if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return a === b;
    const [keysA, keysB] = [Object.keys(a), Object.keys(b)];
    return (
      Array.isArray(a) === Array.isArray(b) &&
      keysA.length === keysB.length &&
      keysB.every((key) => same((a as Record<string, unknown>)[key], (b as Record<string, unknown>)[key]))
    );
  };
  return same(encodeEvent(given), encodeEvent(stored));
};

/** People, as the caller of this request may see them. */
export const peopleOf = (context: Context, ledger: Ledger): People =>
  new People(ledger.parts.vault, may(context, 'identify'));
