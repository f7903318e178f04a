import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import {
  describeFault,
  readPolicy,
  readPolicyToAdopt,
} from '../../../../src/domain/policy/cedar/read-policy.ts';

const faults = (text: string): ReadonlyArray<string> => {
  const read = readPolicy(text);
  if (E.isRight(read)) throw new Error('it was read');
  return read.left.map(describeFault);
};
const read = (text: string) => {
  const result = readPolicy(text);
  if (E.isLeft(result)) throw new Error(result.left.map(describeFault).join('\n'));
  return result.right;
};
const forbid = (condition: string, id = ''): string =>
  `${id}forbid(principal, action, resource) when { ${condition} };`;

describe('a policy that Cedar refuses', () => {
  it('is refused with line and column, and what was meant', () => {
    expect(faults(`// one\n${forbid('resource.jurisdicton == "US"')}`)).toEqual([
      'line 2, column 44: rule policy0: attribute `jurisdicton` on entity type `Holding` not found; did you mean `jurisdiction`?',
    ]);
    expect(faults('forbid(principal, action == Action::"reech", resource);')).toEqual([
      'line 1, column 29: rule policy0: unrecognized action `Action::"reech"`; did you mean `Action::"reach"`?',
    ]);
    expect(faults('forbid(principal in Prty::"x", action, resource);')).toEqual([
      'line 1, column 21: rule policy0: unrecognized entity type `Prty`; did you mean `Party`?',
    ]);
    expect(faults(forbid("resource.country == 'US'"))).toEqual([
      'line 1, column 64: invalid token; strings must use double quotes, not single quotes',
    ]);
  });

  it('is refused for types that do not fit', () => {
    expect(faults(forbid('resource.overdue == "yes"'))[0]).toMatch(
      /^line 1, column 44: .*types Bool and String/,
    );
    expect(faults(forbid('context.now == "x"'))[0]).toMatch(/attribute `now` in context/);
  });

  it('counts columns in characters, whatever they take in bytes', () => {
    const text = `// é\u{1F600}\n${forbid('"é\u{1F600}" == resource.sight')}`;
    expect(faults(text)[0]).toMatch(/^line 2, column 52: /);
  });

  it('has every fault of every rule reported, in the order of the text', () => {
    const text = [
      forbid('resource.sight == "x"', '@id("a") '),
      forbid('true', '@id("b") '),
      forbid('ip("127.0.0.1").isLoopback()', '@id("c") '),
      forbid('resource.contry == "x"', '@id("d") '),
    ].join('\n');
    expect(faults(text).map((fault) => fault.split(': ').slice(0, 2).join(': '))).toEqual([
      'line 1, column 53: rule a',
      'line 3, column 69: rule c',
      'line 4, column 53: rule d',
    ]);
  });
});

describe('a policy that Domicile does not evaluate', () => {
  it.each([
    ['decimal("1.0").lessThan(decimal("2.0"))', /column 59: .*the extension function `lessThan`/],
    ['datetime("2020-01-01") < datetime("2021-01-01")', /column 44: .*the extension function `datetime`/],
    ['principal.hasTag("x")', /column 54: .*tags \(`hasTag`\)/],
    ['resource == Holding::"x"', /column 56: .*holdings by name/],
    ['1 < 9007199254740993', /integer literals beyond ±9007199254740991/],
    ['"ip" == "x" && ip("127.0.0.1").isIpv4()', /column 75: .*the extension function `isIpv4`/],
  ])('is refused by name and place: %s', (condition, expected) => {
    expect(faults(forbid(condition)).join('\n')).toMatch(expected);
  });

  it('is refused for templates, for no rule, and for rules with the same name', () => {
    expect(faults('permit(principal == ?principal, action, resource);')).toEqual([
      'line 1, column 1: Domicile does not evaluate templates; write the entity in place of the slot',
    ]);
    expect(faults('// nothing')).toEqual(['has no rule; expected at least one `forbid`']);
    expect(faults(`${forbid('true', '@id("a") ')}\n${forbid('true', '@id("a") ')}`)).toEqual([
      'line 2, column 1: rule a: another rule of this policy has the same name; give each rule an @id of its own',
    ]);
  });

  it('is refused if nested too deeply, and the next one is still read', () => {
    const tooDeep = [
      'is nested too deeply for Cedar to read; use sets instead of long chains of `||`, or split the rule',
    ];
    expect(faults(forbid(`${'('.repeat(5_000)}true${')'.repeat(5_000)}`))).toEqual(tooDeep);
    expect(faults(forbid(`true${' && true'.repeat(9_000)}`))).toEqual(tooDeep);
    expect(faults(forbid(`resource.live${' && resource.live'.repeat(1_100)}`))[0]).toMatch(
      /nested deeper than 1000 levels/,
    );
    expect(read(forbid(`resource.live${' && resource.live'.repeat(400)}`)).rules.length).toBe(1);
  });
});

describe('a policy that can be adopted', () => {
  it('has its rules in the order of the text, named by @id or by their place', () => {
    const texts = Array.from({ length: 12 }, (_, index) =>
      forbid('resource.live', index === 3 ? '' : `// rule ${index}\n@id("r${index}")\n`),
    );
    const names = texts.map((_, index) => (index === 3 ? 'policy3' : `r${index}`));
    expect(read(texts.join('\n')).rules.map(({ rule }) => rule)).toEqual(names);
  });

  it('keeps annotations, permits, and the JSON of Cedar', () => {
    const [rule] = read(
      '@id("a") @advice("x") permit(principal, action == Action::"store", resource);',
    ).rules;
    expect(rule!.ast).toMatchObject({ effect: 'permit', annotations: { id: 'a', advice: 'x' } });
  });

  it('has warnings about conditions that can never hold', () => {
    const warnings = (text: string) => read(text).warnings.map(describeFault);
    expect(warnings(forbid('resource.live && !resource.live'))).toEqual([]);
    expect(warnings(forbid('resource.live && false'))[0]).toMatch(/policy0: policy is impossible/);
    expect(warnings('permit(principal, action, resource);')[0]).toMatch(/^forbids nothing/);
  });
});

describe('the countries in a policy', () => {
  const refused = (text: string): ReadonlyArray<string> => {
    const result = readPolicyToAdopt(text);
    return E.isLeft(result) ? result.left.map(describeFault) : [];
  };

  it.each([
    [
      'resource.country == "UK"',
      'line 1, column 64: rule policy0: no country has the code "UK"; the United Kingdom is "GB"',
    ],
    [
      '"EL" != principal.country',
      'line 1, column 44: rule policy0: no country has the code "EL"; Greece is "GR"',
    ],
    [
      '["US", "us"].contains(resource.jurisdiction)',
      'line 1, column 51: rule policy0: no jurisdiction has the code "us"; write "US"',
    ],
    [
      'resource.country == "EU"',
      'line 1, column 64: rule policy0: no country has the code "EU"; the European Union is a jurisdiction, not a country; list its countries',
    ],
    [
      'principal in [Country::"US", Country::"Germany"]',
      'line 1, column 82: rule policy0: no country has the code "Germany"; Germany is "DE"',
    ],
    [
      'resource.country == (if resource.live then "US" else "QQ1")',
      'line 1, column 97: rule policy0: no country has the code "QQ1"; expected an ISO 3166-1 alpha-2 code such as "US"',
    ],
    [
      'resource.country like "U*" && [resource.country].containsAny(["UK"])',
      'line 1, column 106: rule policy0: no country has the code "UK"; the United Kingdom is "GB"',
    ],
  ])('are refused at adoption if they do not exist: %s', (condition, expected) => {
    expect(refused(forbid(condition))).toEqual([expected]);
    // Policies that were adopted before are still judged.
    expect(E.isRight(readPolicy(forbid(condition)))).toBe(true);
  });

  it('are refused in the scope and in @ownedFrom too', () => {
    expect(refused('forbid(principal in Country::"UK", action, resource);')).toEqual([
      'line 1, column 30: rule policy0: no country has the code "UK"; the United Kingdom is "GB"',
    ]);
    expect(refused(forbid('context.ownedFrom', '@ownedFrom("CN,UK") '))).toEqual([
      'line 1, column 1: rule policy0: no country has the code "UK"; the United Kingdom is "GB"',
    ]);
  });

  it('are ignored in other comparisons', () => {
    expect(refused(forbid('resource.site == "UK" || resource.dataset like "UK/*"'))).toEqual([]);
    expect(refused(forbid('["EU", "GB", "XK"].contains(resource.jurisdiction)'))).toEqual([]);
  });
});

describe('a policy that asks for ownership', () => {
  it('is read, and refused or warned about if it asks wrongly', () => {
    expect(
      read(forbid('context.ownedFrom || context.employedFrom', '@ownedFrom("CN, RU") ')).warnings,
    ).toEqual([]);
    expect(faults(forbid('context.ownedFrom'))).toEqual([
      'line 1, column 52: rule policy0: Domicile does not evaluate `context.ownedFrom` in a rule that names no countries; write the annotation @ownedFrom("CN,RU") before the rule, with the codes of the countries',
    ]);
    expect(faults(forbid('context.ownedFrom', '@ownedFrom("") '))[0]).toMatch(/does not name countries/);
    expect(faults(forbid('context.ownedFrom', '@ownedFrom("CN") @unknownShareCounts("no") '))[0]).toMatch(
      /neither true nor false/,
    );
    expect(read(forbid('resource.live', '@ownedFrom("CN") ')).warnings.map(describeFault)).toEqual([
      'line 1, column 2: rule policy0: names countries in @ownedFrom, but does not use them; use `context.ownedFrom` or `context.employedFrom`',
    ]);
  });
});

it('skips a byte order mark', () => {
  expect(read(`\uFEFF${forbid('true', '@id("a") ')}`).rules.map(({ rule }) => rule)).toEqual(['a']);
  expect(faults(`\uFEFF${forbid('resource.sight == "x"')}`)[0]).toMatch(/^line 1, column 44: /);
});
