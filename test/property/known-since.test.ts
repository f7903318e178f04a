/**
 * Since when a finding is known, in random worlds: R18, literally, over the results of a fresh process at each
 * position.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Finding } from '../../src/domain/policy/finding.ts';
import { allFindings } from '../../src/questions/findings.ts';
import { knownSinceOf } from '../../src/questions/known-since.ts';
import { policyVersions } from '../../src/questions/policies.ts';
import { sent } from '../support/given-events.ts';
import { storedEvents } from '../support/ledger.ts';
import { StagedLedger } from '../support/staged-ledger.ts';
import { worlds } from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 100);

const adopted = sent('adopted', 'PolicyAdopted', {
  policy: 'p1',
  title: 'P',
  cedar: `
    forbid(principal, action == Action::"store", resource) when { resource.live };
    forbid(principal in Party::"parent", action == Action::"reach", resource);
    forbid(principal, action, resource) when { resource.jurisdiction == "US" && principal.country == "US" };
    @ownedFrom("US,IE") forbid(principal, action == Action::"reach", resource) when { context.ownedFrom };
    forbid(principal, action == Action::"reach", resource)
      when { resource.country == "SG" } unless { principal in Party::"oracle" };`,
  effectiveFrom: '2020-01-01T00:00:00Z',
});

/** A finding and the event that adopted its version: numbers change when an earlier adoption becomes known. */
interface Told {
  readonly finding: Finding;
  readonly adoptedBy: number | null;
}

const foundAt = (ledger: StagedLedger, position: number): ReadonlyArray<Told> => {
  const view = ledger.fresh(position, 'claimed');
  const versions = policyVersions(view);
  return allFindings(view).map((finding) => ({
    finding,
    adoptedBy: versions.find(
      ({ policy, version }) => policy === finding.policy && version === finding.version,
    )!.adoptedBy,
  }));
};

const isOfTheSame = (a: Told, b: Told): boolean =>
  a.adoptedBy === b.adoptedBy &&
  (['policy', 'rule', 'verdict', 'action', 'party'] as const).every(
    (field) => a.finding[field] === b.finding[field],
  ) &&
  JSON.stringify(a.finding.holding) === JSON.stringify(b.finding.holding);

const meets = (a: Told, b: Told): boolean => a.finding.from < b.finding.to && b.finding.from < a.finding.to;

it('is the least position from which on each answer has a finding of the same thing that meets it', () => {
  const seen = { findings: 0, otherwise: 0 };
  fc.assert(
    fc.property(
      worlds({ episodesMin: 4, episodesMax: 14, correctionsRarity: 3, except: ['SubjectForgotten'] }),
      fc.nat(3),
      fc.constantFrom(1, 1, 0.7),
      (world, before, share) => {
        const log: unknown[] = [...world];
        log.splice(before, 0, adopted);
        const ledger = new StagedLedger(storedEvents(log));
        try {
          ledger.record(log.length);
          const known = Math.ceil(log.length * share);
          const answers = Array.from({ length: known + 1 }, (_, position) => foundAt(ledger, position));
          const view = ledger.view(known, 'claimed');
          for (const told of answers[known]!) {
            if (told.finding.source !== undefined) continue;
            let since = known;
            while (
              since > 0 &&
              answers[since - 1]!.some((other) => isOfTheSame(other, told) && meets(other, told))
            )
              since--;
            expect(knownSinceOf(view, told.finding)).toBe(since);
            seen.findings++;
            if (since !== told.finding.knownSince) seen.otherwise++;
          }
        } finally {
          ledger.close();
        }
      },
    ),
    { numRuns: Math.ceil(runs / 10) },
  );
  expect(seen.findings).toBeGreaterThan(runs / 3);
  expect(seen.otherwise).toBeGreaterThan(0);
});

it('is given for a log of a thousand events, with late events and corrections in between', () => {
  const at = (minute: number) => ({ time: new Date(Date.UTC(2020, 0, 1, 0, minute)).toISOString() });
  const scope = { population: 'us-users' };
  const data = { dataset: 'acme/profile', scope };
  const log: unknown[] = [
    sent('placed', 'DataPlaced', { ...data, site: 'virginia' }, at(1)),
    ...Array.from({ length: 500 }, (_, n) =>
      sent(`enrolled-${n}`, 'SubjectEnrolled', { subject: `s${n}`, population: 'us-users' }, at(2 + n)),
    ),
    adopted,
    ...Array.from({ length: 500 }, (_, n) =>
      sent(`later-${n}`, 'SubjectEnrolled', { subject: `t${n}`, population: 'us-users' }, at(600 + n)),
    ),
    sent('copied', 'DataCopied', { ...data, from: 'virginia', to: 'dublin' }, at(10)),
    sent('retracted', 'EventRetracted', {
      event: { source: adopted.source, id: 'copied' },
      reason: 'it never was',
    }),
    sent('deleted', 'DataDeleted', { ...data, site: 'ashburn' }, at(3)),
    sent('again', 'DataCopied', { ...data, from: 'virginia', to: 'dublin' }, at(700)),
  ];
  const ledger = new StagedLedger(storedEvents(log));
  try {
    ledger.record(log.length);
    const view = ledger.view(log.length, 'claimed');
    const told = allFindings(view)
      .filter(({ rule }) => rule === 'policy0')
      .map((finding) => [finding.holding.site, knownSinceOf(view, finding)]);
    const adoption = log.indexOf(adopted) + 1;
    expect(told).toEqual([
      ['virginia', adoption],
      ['dublin', log.length],
    ]);
  } finally {
    ledger.close();
  }
});
