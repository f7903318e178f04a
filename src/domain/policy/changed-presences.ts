/** Which presences differ between two moments of knowledge: most stay, and are not counted again. */
import { type Holding, populationOf } from '../residency/holding.ts';
import type { SubjectPresence } from '../residency/presences.ts';
import { sameSpans } from '../time/span.ts';

/**
 * Presences of one subject to compare with one; if it is not among them it counts as changed, which only costs more. Both
 * moments have their presences in nearly the same order.
 */
const comparedMax = 16;

type Presences = ReadonlyArray<SubjectPresence>;

/** Presences before and after, without those that are the same, and those that are. */
export const changedPresences = (
  was: Presences,
  is: Presences,
): { readonly gone: Presences; readonly come: Presences; readonly stayed: Presences } => {
  const before = new Map<string, { readonly presences: SubjectPresence[]; next: number }>();
  for (const presence of was) {
    const ofSubject = before.get(presence.subject);
    if (ofSubject === undefined) before.set(presence.subject, { presences: [presence], next: 0 });
    else ofSubject.presences.push(presence);
  }
  const [come, stayed]: [SubjectPresence[], SubjectPresence[]] = [[], []];
  const found = new Set<SubjectPresence>();
  for (const presence of is) {
    const ofSubject = before.get(presence.subject);
    const same = ofSubject === undefined ? undefined : sameAmong(presence, ofSubject);
    if (same === undefined || found.has(same)) come.push(presence);
    else {
      found.add(same);
      stayed.push(presence);
    }
  }
  return { gone: was.filter((presence) => !found.has(presence)), come, stayed };
};

const sameAmong = (
  presence: SubjectPresence,
  before: { readonly presences: Presences; next: number },
): SubjectPresence | undefined => {
  const { presences } = before;
  const looks = Math.min(presences.length, comparedMax);
  for (let look = 0; look < looks; look++) {
    const place = (before.next + look) % presences.length;
    if (!isSame(presence, presences[place]!)) continue;
    before.next = place + 1;
    return presences[place];
  }
  return undefined;
};

const isSame = (a: SubjectPresence, b: SubjectPresence): boolean =>
  a.from === b.from && a.to === b.to && isSameHolding(a.holding, b.holding) && sameSpans([a], [b]);

/** For two presences of one subject. */
const isSameHolding = (a: Holding, b: Holding): boolean =>
  a.kind === b.kind &&
  a.dataset === b.dataset &&
  a.site === b.site &&
  populationOf(a) === populationOf(b) &&
  (a.kind !== 'backup' || b.kind !== 'backup' || a.backup === b.backup);
