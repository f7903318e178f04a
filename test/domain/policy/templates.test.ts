/** Policies from templates: they can be adopted, judge what they say, and agree with the legal packs. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { readPolicyToAdopt } from '../../../src/domain/policy/cedar/read-policy.ts';
import { policyOfTemplate, policyTemplates } from '../../../src/domain/policy/templates.ts';
import { type Entry, ledgerOf, workedExample } from '../../support/policy-case.ts';

const given: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  'keep-out': { party: 'bytedance', population: 'us-users' },
  'stays-in': { population: 'us-users', country: 'US' },
  '28-cfr-202': {},
  'gdpr-chapter-v': {},
};

const made = (name: string, values = given[name] ?? {}): string => {
  const policy = policyOfTemplate(name, values);
  if (E.isLeft(policy)) throw new Error(policy.left);
  return policy.right.cedar;
};

const rulesOf = (cedar: string) => {
  const read = readPolicyToAdopt(cedar);
  if (E.isLeft(read)) throw new Error(JSON.stringify(read.left));
  expect(read.right.warnings).toEqual([]);
  return read.right.rules.map(({ rule, ast: { annotations: _, ...ast } }) => ({ rule, ast }));
};

/** The findings of a text adopted in addition to the worked example. */
const found = (cedar: string) => {
  const adopted = [
    '2019-01-01',
    'PolicyAdopted',
    { policy: 'p', title: 'P', cedar, effectiveFrom: '2019-01-01' },
  ];
  return ledgerOf([...workedExample, adopted as unknown as Entry]).findings.filter(
    ({ policy }) => policy === 'p',
  );
};

describe('a template', () => {
  it.each(policyTemplates.map(({ name }) => name))('%s makes a valid policy', (name) => {
    expect(rulesOf(made(name)).length).toBeGreaterThan(0);
  });

  it.each([
    ['28-cfr-202', '28-cfr-202.cedar'],
    ['gdpr-chapter-v', 'gdpr-chapter-v.2023-07-10.cedar'],
  ])('%s makes the rules of the pack', (name, file) => {
    const pack = readFileSync(join(import.meta.dirname, '..', '..', '..', 'policies', file), 'utf8');
    expect(rulesOf(made(name))).toEqual(rulesOf(pack));
  });

  it('keep-out finds the party and those that it controls, for only that population', () => {
    const findings = found(made('keep-out'));
    expect(new Set(findings.map(({ party }) => party))).toEqual(new Set(['bytedance', 'tiktok']));
    expect(
      findings.every(({ population, verdict }) => population === 'us-users' && verdict === 'violated'),
    ).toBe(true);
  });

  it('stays-in finds the data abroad, and only where it is kept', () => {
    const findings = found(made('stays-in'));
    expect(findings.map(({ action, holding }) => [action, holding.site])).toEqual(
      findings.map(() => ['store', 'singapore']),
    );
    expect(findings.length).toBeGreaterThan(0);
  });

  it('writes names correctly, whatever they contain', () => {
    const party = 'a "quoted\\" name ü';
    const [rule] = rulesOf(made('keep-out', { party, population: 'us-users' }));
    expect(JSON.stringify(rule)).toContain(JSON.stringify(party));
  });

  it('refuses missing and unknown parameters and invalid country codes, and names them', () => {
    expect(policyOfTemplate('keep-out', { party: 'x' })).toEqual(
      E.left('the template keep-out needs population'),
    );
    expect(policyOfTemplate('keep-in', {})).toMatchObject({ left: expect.stringContaining('keep-out') });
    expect(policyOfTemplate('stays-in', { ...given['stays-in'], party: 'x' })).toMatchObject({
      left: expect.stringContaining('takes no party'),
    });
    expect(policyOfTemplate('stays-in', { population: 'p', country: 'usa' })).toMatchObject({
      left: expect.stringContaining('found usa'),
    });
  });
});
