/**
 * A deliberately naive model of the trail: which events must be in it, and which may.
 *
 * Paths to the data come from the model of R13 to R15, as known now and on both sides of each correction that
 * changed them.
 */
import type { Residency } from '../../src/domain/residency/residency.ts';
import { forReach } from './naive-findings.ts';
import { type CloudEvent, factsOf, type State, statesOf, type World } from './naive-model.ts';
import * as reach from './naive-reach.ts';

type Presence = { readonly subject: string; readonly holding: object; readonly from: number; to: number };

const heldBy = ({ live, own, backups }: State, of: string): readonly object[] => [
  ...live
    .filter(({ subjects }) => subjects.has(of))
    .map(({ dataset, population, site }) => ({ kind: 'live', dataset, population, site })),
  ...own
    .filter(({ subject }) => subject === of)
    .map(({ dataset, subject, site }) => ({ kind: 'own', dataset, subject, site })),
  ...backups
    .filter(({ destroyed, subjects }) => !destroyed && subjects.has(of))
    .map(({ backup, dataset, scope, site }) => ({ kind: 'backup', backup, dataset, scope, site })),
];

/** Where one person's data was, and the person's populations, in the form of the model of reach. */
const residencyOf = (world: World, subject: string): Residency => {
  const presences: Presence[] = [];
  const pieces: { from: number; to: number; value: { population: string } }[] = [];
  for (const { time, state } of statesOf(world)) {
    const held = new Map(heldBy(state, subject).map((holding) => [JSON.stringify(holding), holding]));
    for (const each of presences)
      if (each.to === Number.POSITIVE_INFINITY && !held.delete(JSON.stringify(each.holding))) each.to = time;
    for (const holding of held.values())
      presences.push({ subject, holding, from: time, to: Number.POSITIVE_INFINITY });
    const population = state.populationOf.get(subject);
    const last = pieces.at(-1);
    if (population === undefined || last?.value.population === population) continue;
    if (last !== undefined) last.to = time;
    pieces.push({ from: time, to: Number.POSITIVE_INFINITY, value: { population } });
  }
  return {
    presences: presences.filter(({ from, to }) => from < to),
    holdings: [],
    memberships: new Map([[subject, pieces.filter(({ from, to }) => from < to)]]),
  } as unknown as Residency;
};

/** The events that opened or closed a path to the person's data, as known at a position. */
const wayAt = (world: World, subject: string, knownPosition: number): readonly number[] => {
  const then = { ...world, knownPosition };
  return reach.trailOf({ facts: forReach(factsOf(then)), residency: residencyOf(then, subject) }, subject);
};

const reference = ({
  type,
  data,
}: CloudEvent): { readonly source: string; readonly id: string } | undefined =>
  type === 'EventCorrected' || type === 'EventRetracted'
    ? (data as { readonly event: { readonly source: string; readonly id: string } }).event
    : undefined;

/** The events about paths to the data that must be in the person's trail, in log order. */
export const wayOf = (world: World, subject: string): readonly number[] => {
  const known = world.knownPosition!;
  const due = new Set(wayAt(world, subject, known));
  for (const { position, event } of world.log.slice(0, known)) {
    if (reference(event) === undefined) continue;
    const [before, after] = [wayAt(world, subject, position - 1), wayAt(world, subject, position)];
    if (before.join() === after.join()) continue;
    for (const each of [...before, ...after, position]) due.add(each);
  }
  return [...due].sort((a, b) => a - b);
};

/** The instants at which the rows of the person's data changed, as known now. */
export const changesOf = (world: World, subject: string): readonly number[] => {
  const instants = new Set<number>();
  for (const { from, to } of residencyOf(world, subject).presences) instants.add(from).add(to);
  instants.delete(Number.POSITIVE_INFINITY);
  return [...instants].sort((a, b) => a - b);
};

/** The known corrections of the event at a position. */
export const correctionsOf = ({ log, knownPosition }: World, position: number): readonly number[] => {
  const { source, id } = log[position - 1]!.event;
  return log
    .slice(0, knownPosition)
    .filter(({ event }) => reference(event)?.source === source && reference(event)?.id === id)
    .map((each) => each.position);
};
