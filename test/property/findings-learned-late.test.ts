/**
 * One story, learned in every order: after each event the findings, also as known at an earlier position, are those of a
 * process that asks for the first time. Each event of the story changes an input of findings that were kept.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { formatInstant } from '../../src/domain/time/instant.ts';
import { allFindings } from '../../src/questions/findings.ts';
import type { View } from '../../src/questions/view.ts';
import { wireFinding } from '../../src/questions/wire-finding.ts';
import { OverBudget, unattended, type Work } from '../../src/questions/work.ts';
import { corrected, retracted, type Sent, sent } from '../support/given-events.ts';
import { storedEvents } from '../support/ledger.ts';
import { StagedLedger } from '../support/staged-ledger.ts';

const epoch = Date.UTC(2020, 0, 1);
const dayMs = 86_400_000;
const on = (days: number) => ({ time: formatInstant(epoch + days * dayMs) });
const us = { population: 'us' };
const profile = { dataset: 'app/profile', scope: us };
const messages = { dataset: 'app/messages', scope: us };
const ofAna = { dataset: 'app/messages', scope: { subject: 'ana' } };
const ofBen = { dataset: 'app/messages', scope: { subject: 'ben' } };
const access = { party: 'acme', action: 'read' };

const policy = `@id("abroad") forbid(principal, action == Action::"store", resource) when { resource.country != "US" };
@id("acme") forbid(principal in Party::"acme", action == Action::"reach", resource);`;

/** What is there from the beginning: two datasets of a population, and people who have to be followed one by one. */
const setting: ReadonlyArray<Sent> = [
  sent('policy', 'PolicyAdopted', {
    policy: 'here',
    title: 'Here',
    cedar: policy,
    effectiveFrom: '2019-01-01T00:00:00Z',
  }),
  sent('us', 'PopulationRegistered', { population: 'us', name: 'US', jurisdiction: 'US' }),
  sent('virginia', 'SiteRegistered', { site: 'virginia', name: 'V', country: 'US', operator: 'oracle' }),
  sent('dublin', 'SiteRegistered', { site: 'dublin', name: 'D', country: 'IE', operator: 'oracle' }),
  sent('profile', 'DataPlaced', { ...profile, site: 'virginia' }, on(1)),
  sent('messages', 'DataPlaced', { ...messages, site: 'virginia' }, on(1)),
  sent('ana', 'SubjectEnrolled', { subject: 'ana', population: 'us' }, on(2)),
  sent('ana again', 'SubjectEnrolled', { subject: 'ana', population: 'us' }, on(3)),
  sent('ben', 'SubjectEnrolled', { subject: 'ben', population: 'us' }, on(2)),
  sent('carol', 'SubjectEnrolled', { subject: 'carol', population: 'us' }, on(2)),
  sent('carol left', 'SubjectEnrolled', { subject: 'carol', population: 'eu' }, on(3)),
  sent('own', 'DataPlaced', { ...ofAna, site: 'dublin' }, on(4)),
];

/** What is learned of it, in any order. */
const learned: ReadonlyArray<Sent> = [
  sent('of all', 'AccessObserved', { ...access, ...profile }, on(9)),
  sent('at dublin', 'AccessObserved', { ...access, ...profile, site: 'dublin' }, on(13)),
  sent('of ana', 'AccessObserved', { ...access, ...ofAna }, on(9)),
  corrected('of ben', 'of ana', { data: { ...access, ...ofBen } }),
  corrected('of ana after all', 'of ana', { data: { ...access, ...ofAna } }),
  sent('control', 'ControlBegan', { controller: 'acme', controlled: 'oracle', basis: 'board' }, on(8)),
  sent('no control', 'ControlEnded', { controller: 'acme', controlled: 'oracle', basis: 'board' }, on(12)),
  retracted('no, control', 'no control'),
  sent(
    'grant',
    'AccessGranted',
    { grant: 'g', party: 'acme', over: { site: 'dublin' }, actions: ['read'] },
    on(7),
  ),
  sent('revoked', 'AccessRevoked', { grant: 'g' }, on(11)),
  corrected('revoked later', 'revoked', on(15)),
  sent('transferred', 'SiteTransferred', { site: 'dublin', operator: 'acme' }, on(14)),
  sent('erased', 'SubjectErased', { subject: 'ben', dataset: 'app/profile' }, on(5)),
  sent('erased too', 'SubjectErased', { subject: 'ana' }, on(6)),
  sent('moved', 'DataMoved', { ...profile, from: 'virginia', to: 'dublin' }, on(10)),
  corrected('moved other data', 'moved', { data: { ...messages, from: 'virginia', to: 'dublin' } }),
  corrected('moved nothing', 'moved', { data: { dataset: 'app/profile', scope: null } }),
  corrected('moved text', 'moved', { data: { dataset: 'app/profile', scope: 'us' } }),
  sent(
    'backup',
    'BackupTaken',
    { backup: 'b', ...profile, from: 'virginia', to: 'dublin', expires: '2020-01-10T00:00:00Z' },
    on(4),
  ),
  sent(
    'backup before',
    'BackupTaken',
    { backup: 'b', ...messages, from: 'virginia', to: 'virginia' },
    on(3.5),
  ),
  sent('deleted', 'DataDeleted', { ...profile, site: 'virginia' }, on(3.7)),
  sent('backup moved', 'BackupMoved', { backup: 'b', to: 'virginia' }, on(8)),
  sent('backup restored', 'BackupRestored', { backup: 'b', to: 'dublin' }, on(9)),
  sent('backup destroyed', 'BackupDestroyed', { backup: 'b' }, on(16)),
];

/** Individuals one by one. */
const oneByOne: Work = { ...unattended, individualsAtOnce: 1 };

/** The same, which ends after some steps. */
const endingAfter = (looks: number): Work => {
  let left = looks;
  const look = (): void => {
    if (--left < 0) throw new OverBudget();
  };
  return { goOn: look, tell: look, individualsAtOnce: 1 };
};

const findings = (view: View) => allFindings(view).map((each) => wireFinding(view, each, epoch + 9 * dayMs));

it('given a story that is learned in any order, its findings at each step equal those asked for the first time', () => {
  const orders = fc.shuffledSubarray([...learned], { minLength: learned.length, maxLength: learned.length });
  const asked = fc.array(
    fc.record({
      share: fc.constantFrom(1, 1, 0.9, 0.6),
      minAssurance: fc.constantFrom('claimed' as const, 'claimed' as const, 'verified' as const),
      looks: fc.nat(40),
    }),
    { minLength: 8, maxLength: 8 },
  );
  const seen = { findings: 0, earlier: 0, ended: 0 };
  fc.assert(
    fc.property(orders, asked, (inOrder, some) => {
      const ledger = new StagedLedger(storedEvents([...setting, ...inOrder]));
      try {
        ledger.record(setting.length);
        for (let step = 0; step <= inOrder.length; step++) {
          const { looks, ...other } = some[step % some.length]!;
          for (const { share, minAssurance } of [{ share: 1, minAssurance: 'claimed' as const }, other]) {
            const position = Math.ceil(ledger.head * share);
            try {
              findings(ledger.view(position, minAssurance, endingAfter(looks)));
            } catch (error) {
              if (!(error instanceof OverBudget)) throw error;
              seen.ended++;
            }
            const found = findings(ledger.view(position, minAssurance, oneByOne));
            expect(found).toEqual(findings(ledger.fresh(position, minAssurance)));
            seen.findings += found.length;
            if (share < 1) seen.earlier++;
          }
          ledger.record(1);
        }
      } finally {
        ledger.close();
      }
    }),
    { numRuns: Math.ceil(Number(process.env.PROPERTY_RUNS ?? 100) / 16), endOnFailure: true },
  );
  expect(seen.findings).toBeGreaterThan(500);
  expect(seen.earlier).toBeGreaterThan(20);
  expect(seen.ended).toBeGreaterThan(20);
});
