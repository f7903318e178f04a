/**
 * The authority that correcting an event requires (R24).
 */
import { concerns, isSent } from '../events/catalogue.ts';
import type { Event } from '../events/event.ts';
import type { RecordingScope } from './attribution.ts';
import type { RecordedEvent } from './recorded-event.ts';

/** The source of the events that the ledger itself appends. */
export const ledgerSource = 'urn:domicile:ledger';

/** The id of the event that says that a person was forgotten (R21). */
export const forgottenId = (pseudonym: string): string => `forgotten:${pseudonym}`;

/** The id of the event that says that a key signs the log, by its vkey (V4). */
export const rotatedId = (vkey: string): string => `rotated:${vkey.split('+', 2).join('+')}`;

/** Whether an authority holds a scope. An event that was recorded before authority was kept has every one. */
export const holdsScope = (authority: string | null, scope: RecordingScope): boolean =>
  authority === null || authority.split(' ').includes(scope);

/** The scope that a source needs to correct or retract an event. */
export const scopeToCorrect = (
  source: string,
  target: { readonly source: string; readonly type: Event['type'] },
): RecordingScope => {
  if (target.source === ledgerSource || !isSent(target.type) || concerns(target.type, 'policy'))
    return 'admin';
  return source === target.source ? 'emit' : 'correct';
};

/** Whether a recorded correction has the authority of its target; without it, it does nothing. */
export const mayCorrect = ({ event, authority }: RecordedEvent, target: Event): boolean =>
  holdsScope(authority, scopeToCorrect(event.source, target));
