/**
 * A deliberately naive model of the rules R13 to R16, with which tests compare the real engine.
 *
 * Time is split at every instant at which anything happens. In each slot between two of them nothing changes: all
 * facts up to it are replayed into sets, the current edges are listed, and every path is walked. There is no index,
 * no state between slots and no optimisation: each step can be compared with the sentence of the rule that it
 * quotes. Another model gives where the data of a person was.
 */

import type { Over } from '../../src/domain/events/scope.ts';
import type { Fact } from '../../src/domain/recording/facts.ts';
import type { Holding } from '../../src/domain/residency/holding.ts';
import type { Residency } from '../../src/domain/residency/residency.ts';

/** The inputs: facts in any order, and where people's data was. */
export type World = { readonly facts: readonly Fact[]; readonly residency: Residency };

/** A row of R12. */
export type Row = {
  readonly dataset: string;
  readonly site: string;
  readonly kind: 'live' | 'backup';
  readonly backup: string | null;
};

/** An edge at an instant. */
export type Edge = { readonly edge: string; readonly from: string; readonly to: string };
export type Path = readonly Edge[];

/** An edge with its own interval and the events that opened and closed it. */
export type ShownEdge = {
  readonly edge: string;
  readonly to: string;
  readonly began: number;
  readonly ended: number;
  readonly events: readonly number[];
};
export type Interval = { readonly from: number; readonly to: number };
export type Shown = Interval & {
  readonly party: string;
  readonly holding: Row;
  readonly path: readonly ShownEdge[];
};

// ---------------------------------------------------------------------------------------------------------------
// Slots of time

const inOrder = (facts: readonly Fact[]): readonly Fact[] =>
  [...facts].sort((a, b) => a.time - b.time || a.position - b.position);

/** The first instants of all slots; in each slot nothing changes. */
const slotsOf = ({ facts, residency }: World): readonly number[] => {
  const instants = new Set<number>([Number.NEGATIVE_INFINITY]);
  for (const fact of facts) {
    instants.add(fact.time);
    if (fact.type === 'AccessGranted' && fact.data.expires !== undefined) instants.add(fact.data.expires);
  }
  for (const { from, to } of [...residency.presences, ...residency.holdings]) instants.add(from).add(to);
  for (const pieces of residency.memberships.values()) {
    for (const { from, to } of pieces) instants.add(from).add(to);
  }
  instants.delete(Number.POSITIVE_INFINITY);
  return [...instants].sort((a, b) => a - b);
};

// ---------------------------------------------------------------------------------------------------------------
// The world at an instant

type Grant = {
  readonly party: string;
  readonly over: Over;
  readonly expires: number;
  readonly position: number;
};
type SiteState = {
  readonly operator: string | undefined;
  readonly owner: string | undefined;
  readonly operatorBy: number;
  readonly ownerBy: number;
};
type State = {
  /** Membership by member and group; control by controller, controlled and basis: by which event they last. */
  readonly memberships: Map<string, number>;
  readonly controls: Map<string, number>;
  readonly grants: Map<string, Grant>;
  readonly kinds: Map<string, { readonly kind: string; readonly by: number }>;
  readonly sites: Map<string, SiteState>;
};

const register = (state: State, fact: Fact): void => {
  if (fact.type === 'PartyRegistered')
    state.kinds.set(fact.data.party, { kind: fact.data.kind, by: fact.position });
  if (fact.type === 'SiteRegistered') {
    // R5: "replaces the whole description ..., what a transfer set included"
    const { site, operator, owner } = fact.data;
    state.sites.set(site, { operator, owner, operatorBy: fact.position, ownerBy: fact.position });
  }
};

/** R5: "the first in the order of R3 holds from the beginning of time, and is folded before everything else". */
const firstRegistrations = (facts: readonly Fact[]): readonly Fact[] => {
  const seen = new Set<string>();
  return inOrder(facts).filter((fact) => {
    if (fact.type !== 'PartyRegistered' && fact.type !== 'SiteRegistered') return false;
    const thing = fact.type === 'PartyRegistered' ? `party ${fact.data.party}` : `site ${fact.data.site}`;
    if (seen.has(thing)) return false;
    seen.add(thing);
    return true;
  });
};

/** R13: "beginning what lasts or ending what does not changes nothing". */
const begin = (lasting: Map<string, number>, key: string, position: number): void => {
  if (!lasting.has(key)) lasting.set(key, position);
};

/** The state after the last event of the instant (R3). */
const stateAt = ({ facts }: World, instant: number): State => {
  const state: State = {
    memberships: new Map(),
    controls: new Map(),
    grants: new Map(),
    kinds: new Map(),
    sites: new Map(),
  };
  const first = firstRegistrations(facts);
  for (const fact of first) register(state, fact);
  for (const fact of inOrder(facts)) {
    if (fact.time > instant) break;
    if (first.includes(fact)) continue;
    register(state, fact);
    switch (fact.type) {
      case 'MembershipBegan':
        begin(state.memberships, `${fact.data.member}\n${fact.data.group}`, fact.position);
        break;
      case 'MembershipEnded':
        state.memberships.delete(`${fact.data.member}\n${fact.data.group}`);
        break;
      case 'ControlBegan':
        begin(
          state.controls,
          `${fact.data.controller}\n${fact.data.controlled}\n${fact.data.basis}`,
          fact.position,
        );
        break;
      case 'ControlEnded':
        state.controls.delete(`${fact.data.controller}\n${fact.data.controlled}\n${fact.data.basis}`);
        break;
      case 'SiteTransferred': {
        const none = { operator: undefined, owner: undefined, operatorBy: 0, ownerBy: 0 };
        const { site, operator, owner } = fact.data;
        const was = state.sites.get(site) ?? none;
        state.sites.set(site, {
          operator: operator ?? was.operator,
          owner: owner ?? was.owner,
          operatorBy: operator === undefined ? was.operatorBy : fact.position,
          ownerBy: owner === undefined ? was.ownerBy : fact.position,
        });
        break;
      }
      case 'AccessGranted': {
        // R14: "granting an id again replaces the grant, with all its terms, from then on and for good"
        const { grant, party, over, expires = Number.POSITIVE_INFINITY } = fact.data;
        state.grants.set(grant, { party, over, expires, position: fact.position });
        break;
      }
      case 'AccessRevoked':
        state.grants.delete(fact.data.grant);
        break;
    }
  }
  return state;
};

// ---------------------------------------------------------------------------------------------------------------
// Whose data, and where

/** Data to reach: a row of one subject, or a holding whoever is in it. */
export type Target = {
  readonly row: Row;
  readonly presentAt: (instant: number) => boolean;
  /** The populations of the scopes of the holdings behind it at the instant. */
  readonly scopesAt: (instant: number) => readonly string[];
  /** The subject, and the population it is in at the instant. */
  readonly subject: string | undefined;
  readonly populationAt: (instant: number) => string | undefined;
};

const contains = ({ from, to }: Interval, instant: number): boolean => from <= instant && instant < to;

const rowOf = (holding: Holding): Row => ({
  dataset: holding.dataset,
  site: holding.site,
  kind: holding.kind === 'backup' ? 'backup' : 'live',
  backup: holding.kind === 'backup' ? holding.backup : null,
});

const scopeOf = (holding: Holding): readonly string[] => {
  if (holding.kind === 'own') return [];
  if (holding.kind === 'live') return [holding.population];
  return 'population' in holding.scope ? [holding.scope.population] : [];
};

const equal = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/** R12: "one row a (dataset, site) for live data, through whichever holdings, and one a backup and site". */
export const targetsOf = ({ residency }: World, subject: string): readonly Target[] => {
  const presences = residency.presences.filter((presence) => presence.subject === subject);
  const rows = presences.map(({ holding }) => rowOf(holding));
  const once = rows.filter((row, index) => rows.findIndex((other) => equal(other, row)) === index);
  return once.map((row): Target => {
    const behind = (instant: number) =>
      presences.filter((presence) => equal(rowOf(presence.holding), row) && contains(presence, instant));
    return {
      row,
      subject,
      presentAt: (instant) => behind(instant).length > 0,
      scopesAt: (instant) => behind(instant).flatMap(({ holding }) => scopeOf(holding)),
      populationAt: (instant) =>
        residency.memberships.get(subject)?.find((piece) => contains(piece, instant))?.value.population,
    };
  });
};

/** The holdings of a population, while anybody is in them (R16). */
export const targetsOfPopulation = ({ residency }: World, population: string): readonly Target[] =>
  residency.holdings
    .filter(({ holding }) => scopeOf(holding).includes(population))
    .map((presence) => ({
      row: rowOf(presence.holding),
      subject: undefined,
      presentAt: (instant) =>
        contains(presence, instant) &&
        residency.presences.some(
          (other) => equal(other.holding, presence.holding) && contains(other, instant),
        ),
      scopesAt: () => [population],
      populationAt: () => undefined,
    }));

// ---------------------------------------------------------------------------------------------------------------
// R13 and R14: the edges holding at an instant

/** R14, clause by clause. */
const isOver = (over: Over, target: Target, instant: number): boolean => {
  const { row, subject } = target;
  const ofPopulation = (population: string): boolean =>
    // "the holdings of that population's scope, and all data, in whatever holding, of whoever is in it at that instant"
    target.scopesAt(instant).includes(population) || target.populationAt(instant) === population;
  if ('site' in over) return row.site === over.site; // "everything at the site"
  if ('population' in over) return ofPopulation(over.population);
  if ('backup' in over) return row.backup === over.backup; // "that backup alone"
  if (over.dataset !== row.dataset) return false;
  if (over.scope === undefined) return true; // "every holding of it"
  // "of that dataset, what {population} covers, or that subject's data"
  return 'population' in over.scope
    ? ofPopulation(over.scope.population)
    : subject !== undefined && over.scope.subject === subject;
};

/** Edges between parties. */
const partyEdgesAt = (state: State): readonly Edge[] => [
  ...[...state.memberships.keys()].map((key): Edge => {
    const [member, group] = key.split('\n') as [string, string];
    // "its membership lasts, in a group not registered as an organisation at that instant"
    return state.kinds.get(group)?.kind === 'organisation'
      ? { edge: 'employs', from: group, to: member }
      : { edge: 'member-of', from: member, to: group };
  }),
  // "a control of it lasts, on any basis"
  ...[...new Set([...state.controls.keys()].map((key) => key.split('\n').slice(0, 2).join('\n')))].map(
    (key): Edge => {
      const [controller, controlled] = key.split('\n') as [string, string];
      return { edge: 'controls', from: controller, to: controlled };
    },
  ),
];

/** Edges from parties to the data, as it stands at the instant. */
const directEdgesAt = (state: State, target: Target, instant: number): readonly Edge[] => {
  const site = state.sites.get(target.row.site);
  return [
    ...[...state.grants].flatMap(([grant, { party, over, expires }]) =>
      instant < expires && isOver(over, target, instant) ? [{ edge: 'granted', from: party, to: grant }] : [],
    ),
    ...(site?.operator === undefined ? [] : [{ edge: 'operates', from: site.operator, to: target.row.site }]),
    ...(site?.owner === undefined ? [] : [{ edge: 'owns', from: site.owner, to: target.row.site }]),
  ];
};

/** The names of permitted edges; all of them by default. */
export type Via = ReadonlySet<string> | undefined;

type Edges = { readonly between: readonly Edge[]; readonly direct: readonly Edge[] };

const edgesAt = (world: World, target: Target, instant: number, via: Via): Edges => {
  const state = stateAt(world, instant);
  const allowed = ({ edge }: Edge): boolean => via === undefined || via.has(edge);
  return {
    between: partyEdgesAt(state).filter(allowed),
    direct: directEdgesAt(state, target, instant).filter(allowed),
  };
};

// ---------------------------------------------------------------------------------------------------------------
// R15: paths

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

/** "compared pair by pair from the party on, edge name before `to`, in code-unit order" */
const comparePaths = (a: Path, b: Path): number => {
  for (let index = 0; index < Math.min(a.length, b.length); index++) {
    const [one, other] = [a[index]!, b[index]!];
    const order = compare(one.edge, other.edge) || compare(one.to, other.to);
    if (order !== 0) return order;
  }
  return 0;
};

/** Every path from the party to the data that visits no party twice, up to a number of edges. */
const pathsFrom = (
  { between, direct }: Edges,
  party: string,
  edgesMax: number,
  visited: readonly string[] = [],
): readonly Path[] => {
  if (edgesMax === 0) return [];
  return [
    ...direct.filter(({ from }) => from === party).map((edge): Path => [edge]),
    ...between
      .filter(({ from, to }) => from === party && to !== party && !visited.includes(to))
      .flatMap((edge) =>
        pathsFrom({ between, direct }, edge.to, edgesMax - 1, [...visited, party]).map(
          (rest): Path => [edge, ...rest],
        ),
      ),
  ];
};

/** The number of edges of the shortest path to the data, by breadth-first search. */
const distance = ({ between, direct }: Edges, party: string): number | undefined => {
  let at = [party];
  const seen = new Set(at);
  for (let edges = 1; at.length > 0; edges++) {
    if (at.some((each) => direct.some(({ from }) => from === each))) return edges;
    at = between.filter(({ from, to }) => at.includes(from) && !seen.has(to)).map(({ to }) => to);
    for (const each of at) seen.add(each);
  }
  return undefined;
};

/** "the path with the fewest edges ...; among equals the first". */
const firstPath = (edges: Edges, party: string): Path | undefined => {
  const shortest = distance(edges, party);
  return shortest === undefined
    ? undefined
    : [...pathsFrom(edges, party, shortest)]
        .filter(({ length }) => length === shortest)
        .sort(comparePaths)[0];
};

const partiesIn = ({ between, direct }: Edges): readonly string[] => [
  ...new Set([...between.flatMap(({ from, to }) => [from, to]), ...direct.map(({ from }) => from)]),
];

// ---------------------------------------------------------------------------------------------------------------
// Edges over time: their own interval, and their events

const endOf = (slots: readonly number[], index: number): number =>
  slots[index + 1] ?? Number.POSITIVE_INFINITY;

/** The slots around one in which something also holds, without a gap. */
const runAround = (
  slots: readonly number[],
  index: number,
  holds: (index: number) => boolean,
): readonly [number, number] => {
  let [first, last] = [index, index];
  while (first > 0 && holds(first - 1)) first--;
  while (last < slots.length - 1 && holds(last + 1)) last++;
  return [first, last];
};

const unique = (numbers: readonly number[]): readonly number[] => [...new Set(numbers)].sort((a, b) => a - b);

/** The event that began what holds now: the one after which it held at the end of every instant. */
const lastingSince = (
  states: readonly State[],
  index: number,
  lasting: (state: State) => Map<string, number>,
  key: string,
): number | undefined => {
  let first = index;
  while (first > 0 && lasting(states[first - 1]!).has(key)) first--;
  return lasting(states[first]!).get(key);
};

/** The event that ended what held in the last slot of a run. */
const endedBy = (
  world: World,
  types: readonly string[],
  instant: number,
  isIt: (data: Record<string, unknown>) => boolean,
): readonly number[] => {
  const said = inOrder(world.facts).filter(
    (fact) =>
      fact.time === instant && types.includes(fact.type) && isIt(fact.data as Record<string, unknown>),
  );
  // Of alternating begins and ends, the last end with an effect.
  let lasts = true;
  let by: number | undefined;
  for (const fact of said) {
    const begins = fact.type.endsWith('Began');
    if (lasts && !begins) by = fact.position;
    lasts = begins;
  }
  return by === undefined ? [] : [by];
};

/** The edge's own interval around the slot, and the events that opened and closed it. */
const courseOf = (
  world: World,
  slots: readonly number[],
  states: readonly State[],
  target: Target,
  index: number,
  { edge, from, to }: Edge,
): {
  readonly began: number;
  readonly ended: number;
  readonly opened: readonly number[];
  readonly closed: readonly number[];
} => {
  const instant = slots[index]!;
  const holds = (at: number): boolean => {
    const state = states[at]!;
    if (edge === 'granted') {
      // A grant that was replaced without a gap continues while its terms cover the data.
      const grant = state.grants.get(to);
      return (
        grant !== undefined &&
        grant.party === from &&
        slots[at]! < grant.expires &&
        isOver(grant.over, target, instant)
      );
    }
    if (edge === 'operates') return state.sites.get(to)?.operator === from;
    if (edge === 'owns') return state.sites.get(to)?.owner === from;
    return partyEdgesAt(state).some((other) => equal(other, { edge, from, to }));
  };
  const [first, last] = runAround(slots, index, holds);
  const [before, opening] = [states[first - 1], states[first]!];
  const [closing, after] = [states[last]!, states[last + 1]];
  const [began, ended] = [slots[first]!, endOf(slots, last)];
  const opened: number[] = [];
  const closed: number[] = [];
  if (edge === 'granted') {
    opened.push(opening.grants.get(to)!.position);
    const grant = closing.grants.get(to)!;
    const facts = inOrder(world.facts).filter(
      (fact) => (fact.type === 'AccessGranted' || fact.type === 'AccessRevoked') && fact.data.grant === to,
    );
    const next = facts[facts.findIndex(({ position }) => position === grant.position) + 1];
    if (next !== undefined && next.time === ended) closed.push(next.position);
    else if (grant.expires === ended && ended !== Number.POSITIVE_INFINITY) closed.push(grant.position);
  } else if (edge === 'operates' || edge === 'owns') {
    const by = edge === 'operates' ? 'operatorBy' : 'ownerBy';
    opened.push(opening.sites.get(to)![by]);
    if (after !== undefined) closed.push(after.sites.get(to)![by]);
  } else if (edge === 'controls') {
    const bases = (state: State): readonly string[] =>
      [...state.controls.keys()].filter((key) => key.startsWith(`${from}\n${to}\n`));
    for (const key of bases(opening)) opened.push(lastingSince(states, first, (s) => s.controls, key)!);
    if (after !== undefined) {
      for (const key of bases(closing)) {
        const [controller, controlled, basis] = key.split('\n');
        closed.push(
          ...endedBy(
            world,
            ['ControlBegan', 'ControlEnded'],
            ended,
            (data) =>
              data.controller === controller && data.controlled === controlled && data.basis === basis,
          ),
        );
      }
    }
  } else {
    const [member, group] = edge === 'member-of' ? [from, to] : [to, from];
    const key = `${member}\n${group}`;
    const isOrganisation = (state: State): boolean => state.kinds.get(group)?.kind === 'organisation';
    opened.push(lastingSince(states, first, (s) => s.memberships, key)!);
    if (before !== undefined && isOrganisation(before) !== isOrganisation(opening))
      opened.push(opening.kinds.get(group)!.by);
    if (after !== undefined) {
      if (!after.memberships.has(key)) {
        closed.push(
          ...endedBy(
            world,
            ['MembershipBegan', 'MembershipEnded'],
            ended,
            (data) => data.member === member && data.group === group,
          ),
        );
      }
      if (isOrganisation(closing) !== isOrganisation(after)) closed.push(after.kinds.get(group)!.by);
    }
  }
  return { began, ended, opened, closed };
};

/** The edge as in answers. */
const shown = (
  world: World,
  slots: readonly number[],
  states: readonly State[],
  target: Target,
  index: number,
  edge: Edge,
): ShownEdge => {
  const { began, ended, opened, closed } = courseOf(world, slots, states, target, index, edge);
  return { edge: edge.edge, to: edge.to, began, ended, events: unique([...opened, ...closed]) };
};

// ---------------------------------------------------------------------------------------------------------------
// Answers

const pairsOf = (path: readonly ShownEdge[] | Path): string =>
  path.map(({ edge, to }) => `${edge} ${to}`).join('\n');

const joined = (a: readonly ShownEdge[], b: readonly ShownEdge[]): readonly ShownEdge[] =>
  a.map((edge, index) => ({
    ...edge,
    began: Math.min(edge.began, b[index]!.began),
    ended: Math.max(edge.ended, b[index]!.ended),
    events: unique([...edge.events, ...b[index]!.events]),
  }));

const keyOf = ({ party, holding }: Shown): readonly (string | number)[] => [
  party,
  holding.dataset,
  holding.site,
  holding.kind,
  holding.backup ?? '',
];

/** "by party, then dataset, site, kind, backup, from"; then the fewer edges, then pair by pair. */
const answerOrder = (a: Shown, b: Shown): number => {
  const [one, other] = [keyOf(a), keyOf(b)];
  for (const [index, key] of one.entries()) {
    const order = compare(key as string, other[index]! as string);
    if (order !== 0) return order;
  }
  return (
    a.from - b.from ||
    a.path.length - b.path.length ||
    comparePaths(a.path as unknown as Path, b.path as unknown as Path)
  );
};

/** Puts slots together: "An interval ends where the presence or these pairs change, and nowhere else." */
const answer = (
  world: World,
  targets: readonly Target[],
  pathsAt: (edges: Edges) => readonly Path[],
  via: Via,
): readonly Shown[] => {
  const slots = slotsOf(world);
  const states = slots.map((instant) => stateAt(world, instant));
  const out: Shown[] = [];
  for (const target of targets) {
    const open = new Map<string, Shown>();
    slots.forEach((instant, index) => {
      const found = target.presentAt(instant) ? pathsAt(edgesAt(world, target, instant, via)) : [];
      const here = new Map(found.map((path) => [`${path[0]!.from}\n${pairsOf(path)}`, path]));
      for (const [key, shown] of open) {
        if (here.has(key)) continue;
        out.push(shown);
        open.delete(key);
      }
      for (const [key, path] of here) {
        const before = open.get(key);
        const edges = path.map((edge) => shown(world, slots, states, target, index, edge));
        open.set(key, {
          party: path[0]!.from,
          holding: target.row,
          from: before?.from ?? instant,
          to: endOf(slots, index),
          path: before === undefined ? edges : joined(before.path, edges),
        });
      }
    });
    out.push(...open.values());
  }
  return out.sort(answerOrder);
};

/** R15: who could reach the subject's data, over all time. */
export const reachOf = (world: World, subject: string, via?: Via): readonly Shown[] =>
  answer(
    world,
    targetsOf(world, subject),
    (edges) =>
      partiesIn(edges).flatMap((party) => {
        const path = firstPath(edges, party);
        return path === undefined ? [] : [path];
      }),
    via,
  );

/** "Other paths can be asked for": every path that visits no party twice. */
export const allPathsOf = (world: World, subject: string, via?: Via): readonly Shown[] =>
  answer(
    world,
    targetsOf(world, subject),
    (edges) => partiesIn(edges).flatMap((party) => pathsFrom(edges, party, Number.POSITIVE_INFINITY)),
    via,
  );

/** The fewest edges, and "among equals the first". */
export const fewestFirst = (a: Path, b: Path): number => a.length - b.length || comparePaths(a, b);

/** "the path with the fewest edges to any of the holdings": the first of all to any of the data at the instant. */
export const firstPathAt = (
  world: World,
  targets: readonly Target[],
  party: string,
  instant: number,
): Path | undefined =>
  targets
    .filter((target) => target.presentAt(instant))
    .map((target) => firstPath(edgesAt(world, target, instant, undefined), party))
    .filter((path) => path !== undefined)
    .sort(fewestFirst)[0];

/** Whether the party had a path to any of the data at the instant (R16). */
export const reachesAt = (
  world: World,
  targets: readonly Target[],
  party: string,
  instant: number,
): boolean => firstPathAt(world, targets, party, instant) !== undefined;

// ---------------------------------------------------------------------------------------------------------------
// What would open or close the way

const onlyOnce = (edges: readonly Edge[]): readonly Edge[] =>
  edges.filter((edge, index) => edges.findIndex((other) => equal(other, edge)) === index);

/** All edges holding at the instant, of parties and to any of the data. */
export const edgesBetween = (world: World, targets: readonly Target[], instant: number): readonly Edge[] =>
  onlyOnce(
    targets.flatMap((target) => {
      const { between, direct } = edgesAt(world, target, instant, undefined);
      return [...between, ...direct];
    }),
  );

/** All edges that held at the instant or at any before, to the data as it is at the instant. */
export const edgesEver = (world: World, targets: readonly Target[], instant: number): readonly Edge[] =>
  onlyOnce(
    slotsOf(world)
      .filter((slot) => slot <= instant)
      .flatMap((slot) => {
        const state = stateAt(world, slot);
        return targets.flatMap((target) => [
          ...partyEdgesAt(state),
          ...directEdgesAt({ ...state, grants: inForce(state, slot) }, target, instant),
        ]);
      }),
  );

/** The grants in force at the instant, as if they did not expire. */
const inForce = (state: State, instant: number): Map<string, Grant> =>
  new Map(
    [...state.grants]
      .filter(([, { expires }]) => instant < expires)
      .map(([grant, terms]) => [grant, { ...terms, expires: Number.POSITIVE_INFINITY }]),
  );

/** Whether the edges lead from the party to the data. */
export const leads = (edges: readonly Edge[], party: string): boolean => {
  const isDirect = ({ edge }: Edge): boolean => ['granted', 'operates', 'owns'].includes(edge);
  const between = edges.filter((edge) => !isDirect(edge));
  return distance({ between, direct: edges.filter(isDirect) }, party) !== undefined;
};

// ---------------------------------------------------------------------------------------------------------------
// The trail

/**
 * The registration by which a group is an organisation in a slot, or is one no more: an edge is `employs` or `member-of`
 * by it. Nothing made so what was never an organisation before.
 */
const madeItsKind = (states: readonly State[], index: number, group: string): readonly number[] => {
  const isOrganisation = (at: number): boolean => states[at]!.kinds.get(group)?.kind === 'organisation';
  let first = index;
  while (first > 0 && isOrganisation(first - 1) === isOrganisation(index)) first--;
  return first > 0 || isOrganisation(index) ? [states[first]!.kinds.get(group)!.by] : [];
};

/**
 * The events that opened or closed a way to the subject's data, by position: those that opened an edge which ever was on a
 * path that visits no party twice, those that closed an edge while it was on one, each grant that kept such a way open, and the registrations that made a group
 * what it was then.
 */
export const trailOf = (world: World, subject: string): readonly number[] => {
  const slots = slotsOf(world);
  const states = slots.map((instant) => stateAt(world, instant));
  const out: number[] = [];
  for (const target of targetsOf(world, subject)) {
    slots.forEach((instant, index) => {
      if (!target.presentAt(instant)) return;
      const edges = edgesAt(world, target, instant, undefined);
      const paths = partiesIn(edges).flatMap((party) => pathsFrom(edges, party, Number.POSITIVE_INFINITY));
      for (const edge of onlyOnce(paths.flat())) {
        const { opened, closed, ended } = courseOf(world, slots, states, target, index, edge);
        out.push(...opened);
        if (ended === endOf(slots, index)) out.push(...closed);
        if (edge.edge === 'granted') out.push(states[index]!.grants.get(edge.to)!.position);
        if (edge.edge === 'member-of') out.push(...madeItsKind(states, index, edge.to));
        if (edge.edge === 'employs') out.push(...madeItsKind(states, index, edge.from));
      }
    });
  }
  return unique(out);
};
