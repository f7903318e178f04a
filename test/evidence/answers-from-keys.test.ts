/**
 * Answers derived from the keys of the sealed index, or from all events, compared with those of the ledger's own
 * projections.
 */
import fc from 'fast-check';
import * as E from 'fp-ts/lib/Either.js';
import { describe, expect, it } from 'vitest';
import { decodeStored } from '../../src/domain/events/stored.ts';
import { findingId } from '../../src/domain/policy/finding.ts';
import { beginning, never } from '../../src/domain/time/instant.ts';
import { derivedByAll, derivedByKeys } from '../../src/evidence/derive.ts';
import { type KeyPart, wholePart } from '../../src/evidence/key-part.ts';
import { NotKeyed } from '../../src/evidence/keyed-events.ts';
import { KeyedIndex } from '../../src/evidence/keyed-index.ts';
import { asJson, type EvidenceQuestion, NothingKnown, soughtOf } from '../../src/evidence/questions.ts';
import type { TopicKind } from '../../src/projections/topics.ts';
import { heardUntil } from '../../src/questions/coverage.ts';
import { allFindings, findingsOfSubject } from '../../src/questions/findings.ts';
import { holdingsAt } from '../../src/questions/holdings.ts';
import { reachOfParty, wireHoldingReach } from '../../src/questions/party-reach.ts';
import { reachPage } from '../../src/questions/reach.ts';
import { historyBetween, residencyAt } from '../../src/questions/residency.ts';
import { naming, trailOf } from '../../src/questions/trail.ts';
import type { View } from '../../src/questions/view.ts';
import { wireFinding, withoutKnownSince } from '../../src/questions/wire-finding.ts';
import { linesOfEvents } from '../../src/sealed-index/event-lines.ts';
import { isSealedTopic } from '../../src/sealed-index/index-key.ts';
import { mergedLines } from '../../src/sealed-index/merged-lines.ts';
import { keysOfLines } from '../../src/sealed-index/read-lines.ts';
import { keysOfEvents } from '../../src/sealed-index/stretch-keys.ts';
import type { StoredEvent } from '../../src/store/event-store.ts';
import { projected, storedEvents } from '../support/ledger.ts';
import {
  datasets,
  knownPositionOf,
  parties,
  populations,
  questions,
  sites,
  someAuthority,
  subjects,
  worlds,
} from '../support/worlds.ts';

const runs = Number(process.env.PROPERTY_RUNS ?? 40);

const recordedOf = (stored: StoredEvent | undefined) => {
  const event = stored === undefined ? E.left([]) : decodeStored(stored.bytes);
  if (stored === undefined || E.isLeft(event)) return undefined;
  const { position, recordedAt, recordedBy, authority } = stored;
  return { position, recordedAt, recordedBy, authority, event: event.right };
};

/** The keys of a log in parts: some of single stretches, some merged from several. */
const partsOf = (events: ReadonlyArray<StoredEvent>, size: number): ReadonlyArray<KeyPart> => {
  const stretches = Array.from({ length: Math.ceil(events.length / size) }, (_, at) =>
    events.slice(at * size, (at + 1) * size),
  );
  const merged = Math.floor(stretches.length / 2);
  const together = mergedLines(stretches.slice(0, merged).map((stretch) => linesOfEvents(stretch)));
  return [
    wholePart([...together].flatMap(keysOfLines)),
    ...stretches.slice(merged).map((stretch) => wholePart(keysOfEvents(stretch))),
  ];
};

const keyedOver = (events: ReadonlyArray<StoredEvent>, size: number, knownUpTo: number): KeyedIndex =>
  new KeyedIndex(
    {
      parts: partsOf(events, size),
      at: (position) => recordedOf(events[position - 1]),
      bytesAt: (position) => events[position - 1]?.bytes.length ?? 0,
    },
    knownUpTo,
  );

const orRefusal = (derive: () => unknown): unknown => {
  try {
    return asJson(derive());
  } catch (error) {
    if (error instanceof NothingKnown) return 'nothing known';
    if (error instanceof NotKeyed) return 'not keyed';
    throw error;
  }
};

/** The ledger's answers to the same question. */
const answered = (view: View, { id, validAt, trail }: EvidenceQuestion) => {
  const findings = findingsOfSubject(view, id);
  const of = (question: string, data: unknown) => ({
    question,
    heard: heardUntil(view, data, { subject: id }),
    data,
  });
  return [
    of('residency', residencyAt(view, id, validAt)),
    of('history', historyBetween(view, id, beginning, never)),
    of('reach', reachPage(view, id, { at: validAt }, { after: undefined, limit: 1_000 }).data),
    of(
      'findings',
      findings.map((finding) => withoutKnownSince(finding, validAt)),
    ),
    ...(trail
      ? [
          of(
            'trail',
            trailOf(view, id, naming(id)).map(({ recorded, why }) => ({
              event: String(recorded.position),
              why,
            })),
          ),
        ]
      : []),
  ];
};

const asAnswered = (answers: unknown): unknown =>
  Array.isArray(answers)
    ? answers
        .filter(({ question }) => question !== 'policies')
        .map(({ question, clocks, data }) => ({ question, heard: clocks.heardUntil, data }))
    : answers;

const topicNames: ReadonlyArray<readonly [TopicKind, ReadonlyArray<string>]> = [
  ['subject', subjects],
  ['population', populations],
  ['site', sites],
  ['party', parties],
  ['backup', ['b1', 'b2']],
  ['grant', ['g1', 'g2', 'g3']],
  ['grants-over-site', sites],
  ['grants-over-population', populations],
  ['reach', ['all']],
  ['policies', ['all']],
  ['data-at', sites],
  ['data-of', datasets],
];

describe('the keys of the sealed index', () => {
  it('lead to the same events as the projections, however the log is split into stretches', () => {
    fc.assert(
      fc.property(worlds(), fc.integer({ min: 1, max: 9 }), (world, size) => {
        const events = storedEvents(world, someAuthority);
        const head = events.length;
        const { index } = projected(events);
        index.refresh();
        const keyed = keyedOver(events, size, head);
        for (const [kind, names] of topicNames) {
          expect(isSealedTopic(kind)).toBe(true);
          for (const name of names)
            expect([kind, name, keyed.positions(kind, name, 0, head)]).toEqual([
              kind,
              name,
              index.positions(kind, name, 0, head),
            ]);
        }
        for (const site of sites)
          expect([...keyed.sourcesNaming('site', site, head, 99)].sort()).toEqual(
            [...index.sourcesNaming('site', site, head, 99)].sort(),
          );
        for (const { source, id, position } of events) {
          expect(keyed.find(source, id)).toBe(position);
          expect(keyed.correctionsOf(source, id, head)).toEqual(index.correctionsOf(source, id, head));
        }
      }),
      { numRuns: runs },
    );
  });

  it('give the ledger’s answers about a person, with the trail or without, as known at any position', () => {
    let compared = 0;
    fc.assert(
      fc.property(
        worlds(),
        questions,
        fc.integer({ min: 1, max: 9 }),
        fc.boolean(),
        (world, question, size, trail) => {
          const events = storedEvents(world, someAuthority);
          const position = knownPositionOf(question, world);
          const { validAt, minAssurance, subject: id } = question;
          const asked: EvidenceQuestion = {
            about: 'subject',
            id,
            validAt,
            position,
            minAssurance,
            trail,
          };
          const ledger = projected(events);
          const found = orRefusal(() => derivedByKeys(keyedOver(events, size, position), asked));
          if (found === 'nothing known') return;
          compared++;
          expect(asAnswered(found)).toEqual(asJson(answered(ledger.view(position, minAssurance), asked)));
        },
      ),
      { numRuns: runs },
    );
    expect(compared).toBeGreaterThan(runs / 3);
  });

  it('give the same answers about a site, a party and each finding as all events, as known at any position', () => {
    let compared = 0;
    fc.assert(
      fc.property(worlds(), questions, fc.integer({ min: 1, max: 9 }), (world, question, size) => {
        const events = storedEvents(world, someAuthority);
        const position = knownPositionOf(question, world);
        const { validAt, minAssurance } = question;
        const known = events.slice(0, position).flatMap((stored) => recordedOf(stored) ?? []);
        const findings = allFindings(projected(events).view(position, minAssurance));
        const asked = [
          ...sites.map((id) => ({ about: 'site' as const, id })),
          ...parties.map((id) => ({ about: 'party' as const, id })),
          ...findings.map((each) => ({
            about: 'finding' as const,
            id: findingId(each),
            finding: soughtOf(each),
          })),
        ];
        for (const of of asked) {
          const whole: EvidenceQuestion = { ...of, validAt, position, minAssurance, trail: false };
          const byKeys = orRefusal(() => derivedByKeys(keyedOver(events, size, position), whole));
          if (byKeys !== 'nothing known') compared++;
          expect([of, byKeys]).toEqual([
            of,
            orRefusal(() => derivedByAll(known, (each) => events[each - 1]!.bytes.length, whole)),
          ]);
        }
      }),
      { numRuns: runs },
    );
    expect(compared).toBeGreaterThan(runs);
  });
});

describe('all events', () => {
  it('give the ledger’s answers about a person, a site, a party and each finding', () => {
    fc.assert(
      fc.property(worlds(), questions, (world, question) => {
        const events = storedEvents(world, someAuthority);
        const position = knownPositionOf(question, world);
        const { validAt, minAssurance } = question;
        const known = events.slice(0, position).flatMap((stored) => recordedOf(stored) ?? []);
        const view = projected(events).view(position, minAssurance);
        const ask = (about: EvidenceQuestion['about'], id: string, trail = false): unknown =>
          orRefusal(() =>
            derivedByAll(known, (each) => events[each - 1]!.bytes.length, {
              about,
              id,
              validAt,
              position,
              minAssurance,
              trail,
            }),
          );
        const person = ask('subject', question.subject, true);
        if (person !== 'nothing known')
          expect(asAnswered(person)).toEqual(
            asJson(
              answered(view, {
                about: 'subject',
                id: question.subject,
                validAt,
                position,
                minAssurance,
                trail: true,
              }),
            ),
          );
        const dataOf = (answers: unknown, name: string): unknown =>
          (answers as ReadonlyArray<{ question: string; data: unknown }>).find(
            (each) => each.question === name,
          )?.data;
        const site = ask('site', question.site);
        if (site !== 'nothing known')
          expect(dataOf(site, 'holdings')).toEqual(asJson(holdingsAt(view, question.site, validAt)));
        const party = ask('party', 'acme');
        if (party !== 'nothing known')
          expect(dataOf(party, 'reach')).toEqual(
            asJson(
              reachOfParty(view, 'acme', validAt, { from: validAt, to: validAt + 1 }).map(wireHoldingReach),
            ),
          );
        const [finding] = allFindings(view).map((each) => wireFinding(view, each, validAt));
        if (finding !== undefined)
          expect(dataOf(ask('finding', finding.finding), 'findings')).toEqual(asJson([finding]));
      }),
      { numRuns: Math.ceil(runs / 4) },
    );
  });
});
