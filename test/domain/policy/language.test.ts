/** Each construct of the language, judged over a history in which its inputs change. */

import { isAuthorized, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { checkRule } from '../../../src/domain/policy/cedar/check-rule.ts';
import { compileRule } from '../../../src/domain/policy/cedar/compile.ts';
import { judgeThroughout, type VerdictInterval } from '../../../src/domain/policy/cedar/evaluate.ts';
import { EvaluationState } from '../../../src/domain/policy/cedar/evaluation-state.ts';
import { compileLike } from '../../../src/domain/policy/cedar/like.ts';
import type {
  Attribute,
  Entities,
  OwnedFrom,
  RequestHistory,
} from '../../../src/domain/policy/cedar/request-history.ts';
import { entityRef, setOf, type Value } from '../../../src/domain/policy/cedar/value.ts';
import { beginning, never } from '../../../src/domain/time/instant.ts';
import { complement, cover, subtract } from '../../../src/domain/time/timeline.ts';
import { verdictsOf } from '../../support/verdicts.ts';

const compile = (text: string) => {
  const parsed = policyToJson(text);
  if (parsed.type === 'failure') throw new Error(parsed.errors[0]!.message);
  const checked = checkRule(parsed.json);
  if (E.isLeft(checked)) throw new Error(checked.left[0]!.construct);
  return compileRule({ rule: 'r', ast: checked.right });
};

/** Given: values in sequence, each from its instant on; `undefined` where it is missing. */
const then = (...steps: ReadonlyArray<readonly [number, Value | undefined]>): Attribute =>
  steps.flatMap(([from, value], index) =>
    value === undefined ? [] : [{ from, to: steps[index + 1]?.[0] ?? never, value }],
  );

const attributes: Readonly<Record<string, Attribute>> = {
  country: then([0, 'US'], [10, 'CN'], [20, undefined], [30, 'DE']),
  live: then([0, true], [15, false]),
  categories: then([0, setOf(['profile'])], [10, setOf(['profile', 'messages'])], [20, setOf([])]),
  people: then([0, 10n], [10, 20n], [20, undefined]),
};
/** Given: owned between the two instants, as far as an unknown share counts. */
const owned = ([from, to]: readonly [number, number]): OwnedFrom => ({
  pieces: (
    [
      { from: beginning, to: from, value: 'no' },
      { from, to, value: 'unknown' },
      { from: to, to: never, value: 'no' },
    ] as const
  ).filter((piece) => piece.from < piece.to),
  eventsAt: () => ({ from: beginning, to: never, value: [] }),
  eventsAgainst: () => [],
});
const party = (id: string) => entityRef('Party', id);
const request: RequestHistory = {
  principal: [
    { from: 0, to: 10, value: party('ann') },
    { from: 10, to: 25, value: party('bob') },
  ],
  action: entityRef('Action', 'reach'),
  resource: {
    ref: entityRef('Holding', 'h'),
    parents: [entityRef('Site', 's')],
    attribute: (name) => attributes[name],
  },
};
const entities: Entities = {
  attribute: ({ id }, name) => (name === 'country' && id === 'bob' ? then([0, 'CN'], [20, 'SG']) : undefined),
  ancestry: ({ type, id }, ancestor) => ({
    within:
      (id === 'ann' && ancestor.id === 'team') || (type === 'Site' && ancestor.id === 'US')
        ? cover([{ from: 5, to: 8 }])
        : [],
    unknown: type === 'Site' && ancestor.type === 'Country' ? cover([{ from: 20, to: never }]) : [],
  }),
  owned: ({ id }, name) => owned(id === 'bob' && name === 'ownedFrom' ? [12, 18] : [never, never]),
};

/** Within 0 to 40: where the rule is satisfied, and where it is in error after `!`. */
const judged = (text: string): string => {
  const { satisfied, failed } = verdictsOf(compile(text), request, entities, [{ from: 0, to: 40 }]);
  return [
    ...satisfied.map(({ from, to }) => `${from}-${to}`),
    ...failed.map(({ from, to }) => `!${from}-${to}`),
  ].join(' ');
};
const when = (condition: string): string =>
  judged(`forbid(principal, action, resource) when { ${condition} };`);

describe('conditions over a history', () => {
  it.each([
    ['resource.country == "CN"', '10-20 !20-30'],
    ['resource.country != "CN"', '0-10 30-40 !20-30'],
    ['resource has country', '0-20 30-40'],
    ['!(resource has country)', '20-30'],
    ['resource has country && resource.country == "CN"', '10-20'],
    ['resource.country == "CN" || resource.live', '0-20 !20-30'],
    ['resource.live || resource.country == "CN"', '0-20 !20-30'],
    ['if resource.live then true else resource.country == "DE"', '0-15 30-40 !20-30'],
    ['["CN", "DE"].contains(resource.country)', '10-20 30-40 !20-30'],
    ['resource.categories.containsAll(["profile", "messages"])', '10-20'],
    ['resource.categories.containsAny(["messages", "health"])', '10-20'],
    ['resource.categories == ["messages", "profile", "messages"]', '10-20'],
    ['resource.categories.isEmpty()', '20-40'],
    ['resource.people > 10', '10-20 !20-40'],
    ['resource.people + 1 <= 11', '0-10 !20-40'],
    ['resource.people * 9007199254740991 - 9007199254740991 * 9 == 9007199254740991', '0-10 !20-40'],
    ['resource.people * 9007199254740991 * 1000 > 0', '!0-40'],
    ['-resource.people < -15', '10-20 !20-40'],
    ['resource.country like "*U*"', '0-10 !20-30'],
    ['resource.country < "A"', '!0-40'],
    ['resource.live && "x"', '!0-15'],
    ['!resource.live || "x" == 1', '15-40'],
    ['principal == Party::"ann"', '0-10 !25-40'],
    ['principal in Party::"team"', '5-8 !25-40'],
    ['principal in [Party::"team", Party::"bob"]', '5-8 10-25 !25-40'],
    ['principal in Party::"bob"', '10-25 !25-40'],
    ['principal is Party', '0-25 !25-40'],
    ['principal is Country', '!25-40'],
    ['principal is Party in Party::"team"', '5-8 !25-40'],
    ['principal has country', '10-25 !25-40'],
    ['principal.country == "SG"', '20-25 !0-10 !25-40'],
    ['resource in Site::"s"', '0-40'],
    ['resource in Country::"US"', '5-8 !20-40'],
    ['resource in [Country::"US", Country::"CN"]', '5-8 !20-40'],
    ['resource in [Country::"US", Site::"s"]', '0-40'],
    ['action == Action::"reach" && action in [Action::"reach"]', '0-40'],
    ['context == {}', '0-40'],
    ['{a: resource.country, b: 1} == {b: 1, a: "CN"}', '10-20 !20-30'],
    ['{a: {b: resource.live}}.a.b', '0-15'],
    ['{a: {b: 1}} has a.b && !({a: {b: 1}} has a.c)', '0-40'],
    ['resource has country.code', '!0-20 !30-40'],
  ])('%s', (condition, expected) => {
    expect(when(condition)).toBe(expected);
  });

  it('evaluates scope, when and unless in order', () => {
    const rule = (scope: string, conditions: string) => judged(`forbid(${scope}) ${conditions};`);
    expect(rule('principal == Party::"ann", action, resource', 'unless { resource.live }')).toBe('!25-40');
    expect(
      rule(
        'principal is Party in Party::"team", action == Action::"reach", resource is Holding in Site::"s"',
        '',
      ),
    ).toBe('5-8 !25-40');
    expect(rule('principal, action in [Action::"store"], resource', 'when { resource.country == "x" }')).toBe(
      '',
    );
    expect(rule('principal, action, resource in Country::"US"', 'when { false }')).toBe('!20-40');
    expect(
      rule('principal, action, resource', 'when { resource.live } unless { resource.country == "US" }'),
    ).toBe('10-15');
    expect(rule('principal, action, resource', '')).toBe('0-40');
  });

  it('says why it cannot be judged', () => {
    const reasons = (condition: string) =>
      verdictsOf(compile(`forbid(principal, action, resource) when { ${condition} };`), request, entities, [
        { from: 0, to: 40 },
      ]).failed.map(({ value }) => value);
    expect(reasons('resource.country == "x"')).toEqual(['`country` is not known']);
    expect(reasons('principal == Party::"x"')).toEqual(['it is not known who operates the site']);
    expect(reasons('resource in Country::"FR"')).toEqual(['it is not known in which country the site is']);
    expect(reasons('resource.live < 1')).toEqual(['found a Bool where a number is needed']);
    expect(reasons('9007199254740991 * 9007199254740991 == 1')).toEqual([
      'a number does not fit into 64 bits',
    ]);
  });

  it('asks for ownership with the countries in the rule, and says where an unknown share decides', () => {
    const asking = (condition: string, annotations = '@ownedFrom("CN")') =>
      `${annotations} forbid(principal, action, resource) when { ${condition} };`;
    expect(judged(asking('context.ownedFrom'))).toBe('12-18 !25-40');
    expect(judged(asking('context.employedFrom'))).toBe('!25-40');
    expect(judged(asking('context.ownedFrom && resource.live'))).toBe('12-15 !25-40');
    expect(judged(asking('context == {ownedFrom: true, employedFrom: false}'))).toBe('12-18 !25-40');
    expect(judged(asking('context.ownedFrom', '@ownedFrom("CN") @unknownShareCounts("false")'))).toBe(
      '!25-40',
    );
    const told = (condition: string) => {
      const verdicts: VerdictInterval[] = [];
      const rule = compile(asking(condition));
      judgeThroughout(new EvaluationState(entities, request), rule.satisfied, 0, 25, verdicts);
      return verdicts.map(({ from, to, verdict, reason }) =>
        `${from}-${to} ${verdict} ${reason ?? ''}`.trim(),
      );
    };
    expect(told('context.ownedFrom')).toEqual(['12-18 violated rests on a control whose share is not known']);
    // If the rest is sufficient, nothing rests on it.
    expect(told('context.ownedFrom || resource.live')).toEqual([
      '0-15 violated',
      '15-18 violated rests on a control whose share is not known',
    ]);
  });

  it('answers only for the requested instants', () => {
    const span = [
      { from: beginning, to: -5 },
      { from: 12, to: 16 },
      { from: 18, to: 19 },
    ];
    const rule = compile('forbid(principal, action, resource) when { resource.live };');
    const { satisfied, failed } = verdictsOf(rule, request, entities, span);
    expect(satisfied).toEqual([{ from: 12, to: 15 }]);
    expect(failed).toEqual([{ from: beginning, to: -5, value: '`live` is not known' }]);
    expect(subtract(complement(satisfied), complement(span))).toEqual([
      { from: beginning, to: -5 },
      { from: 15, to: 16 },
      { from: 18, to: 19 },
    ]);
  });
});

it('matches patterns as the stock engine does', () => {
  const text = fc
    .array(fc.constantFrom('a', 'b', '*', 'é', '\u{1F600}'), { maxLength: 7 })
    .map((parts) => parts.join(''));
  const pattern = fc
    .array(fc.constantFrom('*', '*', 'a', 'b', 'ab', '\\*', 'é'), { maxLength: 6 })
    .map((parts) => parts.join(''));
  const uid = (type: string) => ({ type, id: 'x' });
  let matching = 0;
  fc.assert(
    fc.property(fc.array(fc.tuple(text, pattern), { minLength: 40, maxLength: 40 }), (cases) => {
      const conditions = cases.map(([s, p]) => `${JSON.stringify(s)} like "${p}"`);
      const answer = isAuthorized({
        principal: uid('Party'),
        action: uid('Action'),
        resource: uid('Holding'),
        context: {},
        entities: [],
        policies: {
          staticPolicies: Object.fromEntries(
            conditions.map((condition, index) => [
              `p${index}`,
              `forbid(principal, action, resource) when { ${condition} };`,
            ]),
          ),
        },
      });
      if (answer.type === 'failure') throw new Error(answer.errors[0]!.message);
      const theirs = new Set(answer.response.diagnostics.reason);
      conditions.forEach((condition, index) => {
        const parsed = policyToJson(`forbid(principal, action, resource) when { ${condition} };`);
        if (parsed.type === 'failure') throw new Error(parsed.errors[0]!.message);
        const { like } = parsed.json.conditions[0]!.body as {
          like: { pattern: Parameters<typeof compileLike>[0] };
        };
        const ours = compileLike(like.pattern)(cases[index]![0]);
        expect(ours, condition).toBe(theirs.has(`p${index}`));
        if (ours) matching++;
      });
    }),
    { numRuns: 100 },
  );
  expect(matching).toBeGreaterThan(200);
});
