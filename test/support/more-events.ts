/**
 * Events that are rare in random worlds: groups enrolled together, accesses, grants over single subjects, and
 * policies that depend on every input of a verdict.
 */
import * as fc from 'fast-check';
import { formatInstant } from '../../src/domain/time/instant.ts';
import { datasets, epoch, parties, populations, sites, subjects } from './worlds.ts';

export const day = 86_400_000;
/** A day of the worlds, and a few after them. */
export const instant = fc.nat(13).map((days) => formatInstant(epoch + days * day));
const somePopulation = fc.constantFrom<string>(...populations);
const someSubject = fc.constantFrom<string>(...subjects, 'crowd-0-0', 'crowd-1-0', 'crowd-2-1');
/** Data of a scope. */
export const somePlace = fc.record({
  dataset: fc.constantFrom<string>(...datasets),
  scope: fc.oneof(
    somePopulation.map((population) => ({ population })),
    someSubject.map((subject) => ({ subject })),
  ),
});

/** Policies that depend on every input of a verdict. */
const cedar = [
  'resource.jurisdiction == "US"',
  'resource.country == "US" && resource.live',
  'principal in Party::"acme"',
  'principal in [Country::"US", Country::"CN"]',
  'principal has country && principal.country == "US"',
  'resource.categories.contains("health")',
  'resource.population == "us-users"',
  'resource.overdue || resource.site == "dublin"',
].map((condition, index) => `@id("r${index}") forbid(principal, action, resource) when { ${condition} };`);

const country = fc.constantFrom('US', 'CN', 'IE');
/** Events that are rare in random worlds. */
export const more: fc.Arbitrary<readonly (readonly [string, object])[]> = fc.array(
  fc.oneof(
    fc
      .record({ enrolment: fc.nat(3), many: fc.integer({ min: 1, max: 3 }), population: somePopulation })
      .map(({ enrolment, many, population }) => {
        const people = Array.from({ length: many }, (_, index) => `crowd-${enrolment}-${index}`);
        return many === 1
          ? (['SubjectEnrolled', { subject: people[0], population }] as const)
          : (['SubjectsEnrolled', { subjects: people, population }] as const);
      }),
    fc
      .record({
        party: fc.constantFrom<string>(...parties),
        of: somePlace,
        site: fc.constantFrom(undefined, ...sites),
      })
      .map(
        ({ party, of, site }) =>
          [
            'AccessObserved',
            { party, ...of, action: 'read', ...(site === undefined ? {} : { site }) },
          ] as const,
      ),
    fc
      .record({ grant: fc.nat(3), party: fc.constantFrom<string>(...parties), over: somePlace })
      .map(
        ({ grant, party, over }) =>
          ['AccessGranted', { grant: `more-${grant}`, party, over, actions: ['read'] }] as const,
      ),
    fc.nat(3).map((grant) => ['AccessRevoked', { grant: `more-${grant}` }] as const),
    fc
      .record({
        party: fc.constantFrom<string>(...parties),
        kind: fc.constantFrom('organisation', 'team'),
        country,
      })
      .map((of) => ['PartyRegistered', { ...of, name: of.party }] as const),
    fc
      .record({ population: somePopulation, jurisdiction: fc.constantFrom('US', 'IE') })
      .map((of) => ['PopulationRegistered', { ...of, name: of.population }] as const),
    fc
      .record({
        dataset: fc.constantFrom<string>(...datasets),
        categories: fc.subarray(['profile', 'health'], { minLength: 1 }),
      })
      .map((of) => ['DatasetRegistered', { ...of, name: of.dataset, controller: 'acme' }] as const),
    fc
      .record({ site: fc.constantFrom<string>(...sites), operator: fc.constantFrom<string>(...parties) })
      .map((of) => ['SiteTransferred', of] as const),
    fc
      .record({
        policy: fc.constantFrom('more-1', 'more-2'),
        rules: fc.subarray(cedar, { minLength: 1 }),
        from: instant,
      })
      .map(
        ({ policy, rules, from }) =>
          ['PolicyAdopted', { policy, title: policy, cedar: rules.join('\n'), effectiveFrom: from }] as const,
      ),
    fc
      .tuple(
        fc.constantFrom('PolicySuspended', 'PolicyReinstated'),
        fc.constantFrom('more-1', 'domicile:overdue-backup'),
      )
      .map(([type, policy]) => [type, { policy }] as const),
  ),
  { minLength: 12, maxLength: 24, size: 'max' },
);
