/**
 * Random Cedar policies of the supported subset, and random histories to judge with them.
 *
 * Expressions mostly have the required type, and sometimes another, so that errors occur everywhere. Names and
 * values come from small pools, so that equality, membership and missing values are frequent.
 */
import fc from 'fast-check';
import type {
  Ancestry,
  Attribute,
  Entities,
  RequestHistory,
} from '../../src/domain/policy/cedar/request-history.ts';
import {
  type EntityRef,
  entityRef,
  recordOf,
  setOf,
  type Value,
} from '../../src/domain/policy/cedar/value.ts';
import { beginning, type Instant, never } from '../../src/domain/time/instant.ts';
import { cover, holdsAt, intersect, type Timeline, union } from '../../src/domain/time/timeline.ts';
import { valueAt } from '../../src/domain/time/varying.ts';

// Policies ----------------------------------------------------------------------------------------------------------

type Kind = 'bool' | 'long' | 'string' | 'entity' | 'strings' | 'entities' | 'record';
const kinds: ReadonlyArray<Kind> = ['bool', 'long', 'string', 'entity', 'strings', 'entities', 'record'];

const words = ['US', 'CN', 'EU', '', 'tiktok', 'tiktok/profile', 'é*', '\u{1F600}'];
const cedarString = (text: string): string => JSON.stringify(text).replaceAll('*', '\\u{2a}');
const entityLiterals = [
  ...['p0', 'p1', 'p2', 'p3', 'ghost'].map((id) => `Party::"${id}"`),
  ...['US', 'CN', 'SG'].map((id) => `Country::"${id}"`),
  ...['s0', 's1'].map((id) => `Site::"${id}"`),
  ...['store', 'reach'].map((id) => `Action::"${id}"`),
];
const longs = ['0', '1', '2', '-1', '50', '100', '9007199254740991', '-9007199254740991', '3037000500'];
const attributes: Readonly<Record<Kind, ReadonlyArray<string>>> = {
  bool: ['resource.live', 'resource.overdue', 'principal.trusted'],
  long: ['principal.share', 'resource.share', 'principal.address.zip'],
  string: [
    'resource.country',
    'resource.jurisdiction',
    'resource.dataset',
    'principal.country',
    'principal.kind',
  ],
  entity: ['principal', 'resource', 'action', 'principal.employer', 'principal.employer.employer'],
  strings: ['resource.categories', 'principal.tags'],
  entities: ['principal.friends'],
  record: ['principal.address', 'context'],
};
const attributeNames = [
  'country',
  'share',
  'address',
  'address.zip',
  'employer.country',
  'live',
  'tags',
  'nothing',
];
const patterns = ['*', '', 'tik*', '*tok', 't*k*', 'U*', '*\\u{e9}\\**', '\\u{1F600}', '*i*/*'];

const leaf = (kind: Kind): fc.Arbitrary<string> => {
  const literals: Readonly<Record<Kind, ReadonlyArray<string>>> = {
    bool: ['true', 'false'],
    long: longs,
    string: words.map(cedarString),
    entity: entityLiterals,
    strings: ['["US", "CN"]', '["profile"]', '[]', '["US", "US"]'],
    entities: ['[Party::"p1", Country::"CN"]', '[principal]', '[]'],
    record: ['{zip: 1}', '{city: "US", zip: 2}', '{}'],
  };
  return fc.oneof(
    { weight: 3, arbitrary: fc.constantFrom(...attributes[kind]) },
    { weight: 1, arbitrary: fc.constantFrom(...literals[kind]) },
  );
};

const join =
  (operator: string) =>
  ([a, b]: readonly string[]): string =>
    `(${a} ${operator} ${b})`;
const call =
  (method: string) =>
  ([a, b]: readonly string[]): string =>
    `(${a}).${method}(${b ?? ''})`;

/** An expression of the kind, nested at most `depth` deep; one in forty is of another kind. */
const expression = (() => {
  const made = new Map<string, fc.Arbitrary<string>>();
  const of = (kind: Kind, depth: number): fc.Arbitrary<string> => {
    const key = `${kind} ${depth}`;
    const known = made.get(key);
    if (known !== undefined) return known;
    const right = depth === 0 ? leaf(kind) : fc.oneof(leaf(kind), ...composed(kind, depth - 1));
    const wrong = fc.oneof(...kinds.map((other) => (depth === 0 ? leaf(other) : of(other, depth - 1))));
    const arbitrary = fc.oneof({ weight: 39, arbitrary: right }, { weight: 1, arbitrary: wrong });
    made.set(key, arbitrary);
    return arbitrary;
  };
  const two = (a: Kind, b: Kind, depth: number, write: (operands: readonly string[]) => string) =>
    fc.tuple(of(a, depth), of(b, depth)).map(write);

  const composed = (kind: Kind, depth: number): ReadonlyArray<fc.Arbitrary<string>> => {
    const choice = fc
      .tuple(of('bool', depth), of(kind, depth), of(kind, depth))
      .map(([condition, then, otherwise]) => `(if ${condition} then ${then} else ${otherwise})`);
    const field = fc
      .tuple(of('entity', depth), fc.constantFrom(...attributeNames))
      .map(([e, a]) => `(${e}).${a}`);
    switch (kind) {
      case 'bool':
        return [
          choice,
          ...['&&', '||', '&&', '||'].map((operator) => two('bool', 'bool', depth, join(operator))),
          of('bool', depth).map((operand) => `!(${operand})`),
          ...['<', '<=', '>', '>='].map((operator) => two('long', 'long', depth, join(operator))),
          ...kinds.flatMap((same) => ['==', '!='].map((operator) => two(same, same, depth, join(operator)))),
          two('entity', 'entity', depth, join('in')),
          two('entity', 'entity', depth, join('in')),
          two('entity', 'entities', depth, join('in')),
          two('strings', 'string', depth, call('contains')),
          two('entities', 'entity', depth, call('contains')),
          two('strings', 'strings', depth, call('containsAll')),
          two('strings', 'strings', depth, call('containsAny')),
          two('entities', 'entities', depth, call('containsAny')),
          of('strings', depth).map((operand) => call('isEmpty')([operand])),
          fc.tuple(of('string', depth), fc.constantFrom(...patterns)).map(([s, p]) => `((${s}) like "${p}")`),
          fc
            .tuple(of('entity', depth), fc.constantFrom('Party', 'Site', 'Country', 'Nothing'))
            .map(([e, type]) => `(${e} is ${type})`),
          fc
            .tuple(of('entity', depth), of('entity', depth))
            .map(([e, ancestor]) => `(${e} is Party in ${ancestor})`),
          fc
            .tuple(fc.oneof(of('entity', depth), of('record', depth)), fc.constantFrom(...attributeNames))
            .map(([e, name]) => `((${e}) has ${name})`),
        ];
      case 'long':
        return [
          choice,
          field,
          ...['+', '-', '*'].map((operator) => two('long', 'long', depth, join(operator))),
          of('long', depth).map((operand) => `(-(${operand}))`),
        ];
      case 'strings':
        return [choice, two('string', 'string', depth, ([a, b]) => `[${a}, ${b}]`)];
      case 'entities':
        return [choice, two('entity', 'entity', depth, ([a, b]) => `[${a}, ${b}]`)];
      case 'record':
        return [choice, two('string', 'long', depth, ([a, b]) => `{city: ${a}, zip: ${b}}`)];
      default:
        return [choice, field];
    }
  };
  return of;
})();

const principalScope = fc.constantFrom(
  ...[
    'principal',
    'principal',
    'principal',
    'principal',
    'principal',
    'principal == Party::"p0"',
    'principal in Party::"p2"',
  ],
  ...['principal in Country::"CN"', 'principal is Party', 'principal is Party in Country::"US"'],
);
const actionScope = fc.constantFrom(
  ...['action', 'action', 'action == Action::"reach"', 'action in [Action::"store", Action::"reach"]'],
);
const resourceScope = fc.constantFrom(
  ...[
    'resource',
    'resource',
    'resource',
    'resource',
    'resource',
    'resource is Holding',
    'resource in Site::"s0"',
  ],
  ...['resource in Country::"US"', 'resource is Holding in Country::"SG"'],
);
const condition = fc
  .tuple(fc.constantFrom('when', 'unless'), expression('bool', 3))
  .map(([kind, body]) => `${kind} { ${body} }`);

/** The text of one `forbid`. */
export const forbidText: fc.Arbitrary<string> = fc
  .tuple(principalScope, actionScope, resourceScope, fc.array(condition, { minLength: 1, maxLength: 2 }))
  .map(([p, a, r, conditions]) => `forbid(${p}, ${a}, ${r}) ${conditions.join(' ')};`);

// Histories ---------------------------------------------------------------------------------------------------------

/** Times are small, so that changes coincide. */
export const lastInstant = 40;
const instant = fc.integer({ min: 0, max: lastInstant });

/** Values in sequence, with occasional gaps; the last may have no end. */
const varying = <A>(
  value: fc.Arbitrary<A>,
  gaps = true,
): fc.Arbitrary<{ from: Instant; to: Instant; value: A }[]> =>
  fc
    .tuple(
      fc.uniqueArray(instant, { maxLength: 4 }),
      fc.array(fc.tuple(value, gaps ? fc.nat(11).map((n) => n > 0) : fc.constant(true)), {
        minLength: 5,
        maxLength: 5,
      }),
    )
    .map(([times, values]) => {
      const starts = [beginning, ...times.sort((a, b) => a - b)];
      return starts.flatMap((from, index) => {
        const [piece, present] = values[index]!;
        return present ? [{ from, to: starts[index + 1] ?? never, value: piece }] : [];
      });
    });

/** When something holds: at most three intervals. */
export const timeline: fc.Arbitrary<Timeline> = fc
  .array(fc.tuple(instant, instant), { maxLength: 3 })
  .map((pairs) =>
    cover(pairs.map(([a, b]) => ({ from: Math.min(a, b), to: a === b ? never : Math.max(a, b) }))),
  );

const parties = ['p0', 'p1', 'p2', 'p3'];
const party = fc.constantFrom(...parties, ...parties, 'ghost').map((id): Value => entityRef('Party', id));
const word = fc.constantFrom<Value[]>(...words);
const number = fc.constantFrom<Value[]>(0n, 1n, 2n, 50n, 100n, 9007199254740991n, -9007199254740991n);
const wordSet = fc.array(word, { maxLength: 3 }).map(setOf);
const address = fc
  .record<{ city: Value; zip: Value }, 'city'>({ city: word, zip: number }, { requiredKeys: ['city'] })
  .map((fields) => recordOf(Object.entries(fields) as [string, Value][]));

type Attributes = ReadonlyMap<string, Attribute>;
const attributesOf = (of: Readonly<Record<string, fc.Arbitrary<Value>>>): fc.Arbitrary<Attributes> =>
  fc
    .record(Object.fromEntries(Object.entries(of).map(([name, value]) => [name, varying(value)])))
    .map((histories) => new Map(Object.entries(histories)));

const partyAttributes = attributesOf({
  country: word,
  kind: word,
  trusted: fc.boolean(),
  share: number,
  employer: party,
  friends: fc.array(party, { maxLength: 2 }).map(setOf),
  tags: wordSet,
  address,
});
const resourceAttributes = attributesOf({
  dataset: word,
  categories: wordSet,
  population: word,
  jurisdiction: word,
  site: word,
  country: word,
  live: fc.boolean(),
  overdue: fc.boolean(),
  share: number,
});

interface Edge {
  readonly child: string;
  readonly parent: string;
  readonly holds: Timeline;
}

/** Which entity is in which: without cycles, since Cedar's entities have none. */
const edges: fc.Arbitrary<ReadonlyArray<Edge>> = fc
  .tuple(
    ...[
      ...parties.flatMap((child, index) =>
        parties.slice(index + 1).map((parent) => ({ child, parent, within: 'Party' })),
      ),
      ...parties.flatMap((child) => ['US', 'CN'].map((parent) => ({ child, parent, within: 'Country' }))),
    ].map(({ child, parent, within }) =>
      timeline.map((holds) => ({ child: `Party ${child}`, parent: `${within} ${parent}`, holds })),
    ),
    ...['s0', 's1'].flatMap((child) =>
      ['US', 'SG'].map((parent) =>
        timeline.map((holds) => ({ child: `Site ${child}`, parent: `Country ${parent}`, holds })),
      ),
    ),
  )
  .map((all) => all.filter(({ holds }) => holds.length > 0));

const nameOf = ({ type, id }: EntityRef): string => `${type} ${id}`;
const refOf = (name: string): EntityRef => {
  const [type, id] = name.split(' ') as [string, string];
  return entityRef(type, id);
};

/** A request and its environment, over time. */
export interface CedarWorld {
  readonly request: RequestHistory;
  readonly entities: Entities;
  /** The input of Cedar's engine for an instant. */
  readonly at: (instant: Instant) => {
    readonly principal: { type: string; id: string };
    readonly action: { type: string; id: string };
    readonly resource: { type: string; id: string };
    readonly context: Record<string, never>;
    readonly entities: {
      uid: { type: string; id: string };
      attrs: Record<string, never>;
      parents: { type: string; id: string }[];
    }[];
  };
}

const toCedar = (value: Value): unknown => {
  if (typeof value === 'bigint') return Number(value);
  if (typeof value !== 'object') return value;
  switch (value.kind) {
    case 'entity':
      return { __entity: { type: value.type, id: value.id } };
    case 'set':
      return [...value.plain, ...value.compound.values()].map(toCedar);
    case 'record':
      return Object.fromEntries([...value.fields].map(([name, field]) => [name, toCedar(field)]));
  }
};

const standingOf = (all: ReadonlyArray<Edge>, child: string, ancestor: string): Timeline =>
  all
    .filter((edge) => edge.child === child)
    .reduce<Timeline>(
      (within, { parent, holds }) =>
        union(within, parent === ancestor ? holds : intersect(holds, standingOf(all, parent, ancestor))),
      [],
    );

/** A world over time. The principal is always known, and so are all memberships. */
export const cedarWorld: fc.Arbitrary<CedarWorld> = fc
  .record({
    principal: varying(fc.constantFrom(...parties, ...parties, 'ghost'), false),
    action: fc.constantFrom('store', 'reach'),
    of: fc.tuple(...parties.map(() => partyAttributes)),
    holding: resourceAttributes,
    edges,
  })
  .map(({ principal, action, of, holding, edges: all }) => {
    const known = new Map<string, Attributes>(parties.map((id, index) => [`Party ${id}`, of[index]!]));
    const resource = entityRef('Holding', 'h');
    const everything = [...known.keys(), 'Site s0', 'Site s1'];
    const entities: Entities = {
      attribute: (entity, name) => known.get(nameOf(entity))?.get(name),
      ancestry: (entity, ancestor): Ancestry => ({
        within: standingOf(all, nameOf(entity), nameOf(ancestor)),
        unknown: [],
      }),
      owned: () => {
        throw new Error('no rule asks for ownership');
      },
    };
    const request: RequestHistory = {
      principal: principal.map((piece) => ({ ...piece, value: entityRef('Party', piece.value) })),
      action: entityRef('Action', action),
      resource: { ref: resource, parents: [entityRef('Site', 's0')], attribute: (name) => holding.get(name) },
    };
    const uid = (name: string) => {
      const { type, id } = refOf(name);
      return { type, id };
    };
    const attrsAt = (attributes: Attributes, at: Instant) =>
      Object.fromEntries(
        [...attributes].flatMap(([name, pieces]) => {
          const value = valueAt(pieces, at);
          return value === undefined ? [] : [[name, toCedar(value) as never]];
        }),
      );
    return {
      request,
      entities,
      at: (at) => ({
        principal: { type: 'Party', id: valueAt(request.principal, at)!.id },
        action: { type: 'Action', id: action },
        resource: { type: 'Holding', id: 'h' },
        context: {},
        entities: [
          ...everything.map((name) => ({
            uid: uid(name),
            attrs: attrsAt(known.get(name) ?? new Map(), at),
            parents: all
              .filter(({ child, holds }) => child === name && holdsAt(holds, at))
              .map(({ parent }) => uid(parent)),
          })),
          {
            uid: { type: 'Holding', id: 'h' },
            attrs: attrsAt(holding, at),
            parents: [{ type: 'Site', id: 's0' }],
          },
        ],
      }),
    };
  });
