/**
 * Whom the events between two moments of knowledge affect: those whose data may be elsewhere now, as far as the later
 * moment knows.
 */
import { concerns } from '../domain/events/catalogue.ts';
import { encodeData } from '../domain/events/event.ts';
import { isCorrection } from '../domain/recording/corrections.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { visitTopics } from '../projections/topics.ts';
import type { View } from './view.ts';

export interface Affected {
  readonly subjects: Set<string>;
  readonly populations: Set<string>;
  readonly backups: Set<string>;
  /** Whether an event was corrected or retracted. */
  hasCorrections: boolean;
}

/** The event that a correction is about, if it is known; any other event itself. */
const targetOf = (view: View, recorded: RecordedEvent): RecordedEvent | undefined => {
  if (!isCorrection(recorded.event)) return recorded;
  const target = view.find(recorded.event.data.event);
  return target === undefined ? undefined : view.recorded(target);
};

/** Whom the events affect that the later view knows and the earlier does not, where they tell of residency. */
export const affectedBetween = (earlier: View, later: View): Affected => {
  const affected: Affected = {
    subjects: new Set(),
    populations: new Set(),
    backups: new Set(),
    hasCorrections: false,
  };
  const addNamesIn = ({ event }: RecordedEvent, target: RecordedEvent): void => {
    const { type } = target.event;
    if (!concerns(type, 'residency')) return;
    const correction = event.type === 'EventCorrected' ? event.data.data : undefined;
    const data = isCorrection(event) ? correction : encodeData(event);
    if (data === undefined) return;
    visitTopics(type, data as Readonly<Record<string, unknown>>, {
      name: () => {},
      topic: (kind, name) => {
        if (kind === 'subject') affected.subjects.add(name);
        else if (kind === 'population') affected.populations.add(name);
        else if (kind === 'backup') affected.backups.add(name);
      },
    });
  };
  for (const position of later.knownAfter(earlier.known.position)) {
    const recorded = later.recorded(position);
    const target = recorded === undefined ? undefined : targetOf(later, recorded);
    if (target === undefined) continue;
    addNamesIn(target, target);
    // Earlier corrections count too: one may have come before its target, and another may no longer apply.
    const corrections = later.correctionsOf(target);
    if (corrections.length > 0) affected.hasCorrections = true;
    for (const correction of corrections) addNamesIn(correction, target);
  }
  return affected;
};
