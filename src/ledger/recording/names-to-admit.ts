/** Whom the vault has to know before a batch is recorded (R21). */
import type { Event } from '../../domain/events/event.ts';
import { subjectListOf } from '../../domain/events/subjects.ts';
import { fingerprintKey } from '../../people/vault/vault.ts';
import type { Position } from '../../store/event-store.ts';
import { Turns } from '../../threads/turns.ts';

/** Whether some data of the event may have to be replaced by a fingerprint. */
export const mayNeedFingerprint = (event: Event): boolean =>
  event.type === 'EventCorrected' && event.data.data !== undefined;

/**
 * The names for the vault to admit: the subjects of new events, and the fingerprint key if it may be needed. Only those of events
 * of many people may be repeated: to look for repetitions among them takes milliseconds, and they are rare.
 */
export const namesToAdmit = async (
  events: ReadonlyArray<Event>,
  recordedAlready: ReadonlyMap<number, Position>,
): Promise<ReadonlyArray<string>> => {
  const turns = new Turns();
  const names: string[] = [];
  const once = new Set<string>();
  const addOnce = (name: string): void => {
    if (once.has(name)) return;
    once.add(name);
    names.push(name);
  };
  for (const [place, event] of events.entries()) {
    if (recordedAlready.has(place)) continue;
    const isOfMany = event.type === 'SubjectsEnrolled';
    for (const subject of subjectListOf(event)) isOfMany ? names.push(subject) : addOnce(subject);
    if (mayNeedFingerprint(event)) addOnce(fingerprintKey);
    if (turns.isOver()) await turns.next();
  }
  return names;
};
