/** Evidence bundles (V10, V11): they verify with only the keys, and fail after any change. */

import { generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { FindingRow } from '../../src/contract/rows/policy.ts';
import { askedInWords } from '../../src/evidence/asked-in-words.ts';
import { type Bundle, unsigned } from '../../src/evidence/bundle.ts';
import type { Trust } from '../../src/evidence/checked.ts';
import { insteadOf } from '../../src/evidence/instead.ts';
import { evidenceEvent, makeBundle } from '../../src/evidence/make-bundle.ts';
import { NotedEvents } from '../../src/evidence/noted-reads.ts';
import { type EvidenceQuestion, NothingKnown, soughtOf } from '../../src/evidence/questions.ts';
import { type BundleReport, verifyBundle } from '../../src/evidence/verify-bundle.ts';
import { noteSigner } from '../../src/integrity/note-signer.ts';
import { parseTlogPolicy } from '../../src/integrity/tlog-policy.ts';
import type { LogReader } from '../../src/store/log-reader.ts';
import { opened, type ProvenLog, provenLog } from '../support/evidence.ts';
import { sent } from '../support/given-events.ts';
import { logOf, storedEvents } from '../support/ledger.ts';
import { right } from '../support/witnesses.ts';
import { parties, questions, sites, someAuthority, subjects, worlds } from '../support/worlds.ts';

type TestSigner = ReturnType<typeof noteSigner>;

const mutations = Number(process.env.BUNDLE_MUTATIONS ?? 300);
const worldsTried = Number(process.env.PROPERTY_RUNS ?? 4);

const caseEvents = readFileSync(new URL('../../scenarios/tiktok-us/events.ndjson', import.meta.url), 'utf8')
  .trim()
  .split('\n')
  .map((line) => JSON.parse(line) as object);

const asked = (id: string, more: Partial<EvidenceQuestion> = {}): EvidenceQuestion => ({
  about: 'subject',
  id,
  validAt: Date.UTC(2022, 5, 30),
  position: caseEvents.length,
  minAssurance: 'claimed',
  trail: false,
  ...more,
});

/** The first thing that fails, and where. */
const failure = ({ checks }: BundleReport) => {
  const { name, place } = checks.find(({ state }) => state === 'fails') ?? {};
  return name === undefined ? 'nothing' : `${name} ${place}`;
};

let proven: ProvenLog;
beforeAll(() => {
  proven = provenLog(logOf(storedEvents(caseEvents)));
});
afterAll(() => proven.close());

const verified = (file: string): BundleReport => verifyBundle(file, proven.trust);

/** Verifies a bundle that its operator changed and signed again. */
const changedByOperator = (
  file: string,
  change: (bundle: ReturnType<typeof opened>) => void,
): BundleReport => {
  const bundle = opened(file);
  change(bundle);
  return verified(proven.sign(unsigned(bundle as Bundle)));
};

describe('a bundle of the founding case', () => {
  it('verifies for everybody, as known at any time, and has less than 200 kB', () => {
    for (const id of ['ana', 'ben', 'dora', 'fay', 'rosa'])
      for (const position of [50, 64, 80, caseEvents.length]) {
        const question = asked(id, { position });
        let file: string;
        try {
          file = proven.bundle(question);
        } catch (error) {
          // Not everybody is known at position 50.
          expect(error).toBeInstanceOf(NothingKnown);
          continue;
        }
        expect(verified(file).checks.filter(({ state }) => state !== 'holds')).toEqual([]);
        expect(file.length).toBeLessThan(200_000);
        expect(proven.bundle(question)).toBe(file);
      }
    expect(opened(proven.bundle(asked('ben'))).completeness.kind).toBe('sealed');
  });

  it('verifies for a site, a party and each of their findings, with only the events on which the answers rest', () => {
    const about = [asked('singapore', { about: 'site' }), asked('bytedance', { about: 'party' })];
    const rowsOf = (file: string, name: string) =>
      opened(file).answers.find(({ question }) => question === name)!.data as ReadonlyArray<FindingRow>;
    const files = about.map((question) => proven.bundle(question));
    expect(rowsOf(files[0]!, 'holdings')[0]).toMatchObject({ dataset: 'tiktok/messages' });
    const findings = files.flatMap((file) => rowsOf(file, 'findings'));
    expect(findings.length).toBeGreaterThan(3);
    for (const row of findings) {
      const file = proven.bundle(asked(row.finding, { about: 'finding', finding: soughtOf(row) }));
      expect(rowsOf(file, 'findings')).toEqual([row]);
      files.push(file);
    }
    for (const file of files) {
      expect(failure(verified(file))).toBe('nothing');
      expect(opened(file).completeness.kind).toBe('sealed');
    }
  });

  it('about a finding has only the events on which it rests, in a log with many others', () => {
    // Given: as many events again about other people and sites, between and after those of the case.
    const others = Array.from({ length: 400 }, (_, at) =>
      at % 2 === 0
        ? sent(`other-${at}`, 'SubjectEnrolled', { subject: `other-${at}`, population: 'elsewhere' })
        : sent(`other-${at}`, 'DataPlaced', {
            dataset: 'other/profile',
            scope: { subject: `other-${at - 1}` },
            site: `site-${at % 7}`,
          }),
    );
    const log = provenLog(logOf(storedEvents([...caseEvents, ...others])), proven.directory);
    try {
      const position = caseEvents.length + others.length;
      const [row] = opened(proven.bundle(asked('singapore', { about: 'site' }))).answers.find(
        ({ question }) => question === 'findings',
      )!.data as ReadonlyArray<FindingRow>;
      // When
      const file = log.bundle(asked(row!.finding, { about: 'finding', position, finding: soughtOf(row!) }));
      // Then
      expect(failure(verifyBundle(file, log.trust))).toBe('nothing');
      const unsealed = position % 64;
      expect(opened(file).events.length).toBeLessThan(caseEvents.length + unsealed + 1);
    } finally {
      log.close();
    }
  });

  it('about a finding fails if it claims to be about something else', () => {
    const [row] = opened(proven.bundle(asked('singapore', { about: 'site' }))).answers.find(
      ({ question }) => question === 'findings',
    )!.data as ReadonlyArray<FindingRow>;
    const file = proven.bundle(asked(row!.finding, { about: 'finding', finding: soughtOf(row!) }));
    const report = changedByOperator(file, (bundle) => {
      bundle.asked = { ...bundle.asked, finding: { ...bundle.asked.finding!, site: 'dublin' } };
    });
    expect(report.holds).toBe(false);
    const without = changedByOperator(file, (bundle) => {
      const { finding: _, ...rest } = bundle.asked;
      bundle.asked = rest;
    });
    expect(failure(without)).toBe('question /asked/finding');
  });

  it('verifies with the trail of a person, with the events that the trail looks up', () => {
    const file = proven.bundle(asked('ben', { trail: true }));
    expect(failure(verified(file))).toBe('nothing');
    const { completeness, events } = opened(file);
    expect(completeness.kind).toBe('sealed');
    const told = events.map(({ entry }) => entry.type);
    expect(told.length).toBeLessThan(caseEvents.length);
    expect(told).toContain('EventCorrected');
  });

  it('says what was asked, on which clocks, and which answers were derived', () => {
    const found = Object.fromEntries(
      verified(proven.bundle(asked('singapore', { about: 'site' }))).checks.map(({ name, found }) => [
        name,
        found,
      ]),
    );
    expect(found.question).toMatch(
      /^about the site singapore, as it was true on 2022-06-30 00:00 UTC, as the ledger knew it at position \d+, recorded on \d{4}-\d\d-\d\d .* UTC, counting what is claimed or better attested$/,
    );
    const [about] = askedInWords({
      ...(opened(proven.bundle(asked('ben'))) as Bundle),
      identifiers: { ben: 'ben@example.org' },
    });
    expect(about).toBe('about the subject ben@example.org (known in the log as ben)');
    expect(found.answers).toMatch(/^3 answers follow from the events: holdings \(\d+ rows?\), findings/);
  });

  it('is trusted only by those who trust the key of the ledger', () => {
    const other = provenLog(logOf(storedEvents(caseEvents)));
    const report = verifyBundle(proven.bundle(asked('ben')), other.trust);
    other.close();
    expect(failure(report)).toBe('checkpoint /checkpoint');
    expect(report.checks.filter(({ state }) => state === 'unchecked')).toHaveLength(5);
  });
});

describe('a bundle that its operator changes and signs again', () => {
  const file = (): string => proven.bundle(asked('ben'));

  it('fails at the answer that was altered', () => {
    const report = changedByOperator(file(), (bundle) => {
      (bundle.answers[0]!.data as { site: string }[])[0]!.site = 'dublin';
    });
    expect(failure(report)).toBe('answers /answers/0/data/0/site');
  });

  it('fails if an event was removed, with or without a proof of the others', () => {
    const withoutProof = changedByOperator(file(), (bundle) => {
      bundle.events = bundle.events.toSpliced(3, 1);
    });
    expect(failure(withoutProof)).toBe('inclusion /inclusion');
    // Given
    const { sources } = proven;
    const bundle = opened(file());
    const missing = bundle.events.findIndex(({ entry }) => entry.type === 'DataMoved');
    // When
    const report = changedByOperator(file(), (changed) => {
      changed.events = bundle.events.toSpliced(missing, 1);
      changed.inclusion = proven.inclusionOf(
        changed.events.map(({ entry }) => entry.position),
        sources.checkpoint.size,
      );
    });
    // Then
    expect(failure(report)).toMatch(/^(answers|completeness) \/events$/);
  });

  it('fails if an event was added on which nothing rests', () => {
    const bundle = opened(file());
    const given = new Set(bundle.events.map(({ entry }) => entry.position));
    const added = caseEvents.findIndex((_, at) => !given.has(at + 1)) + 1;
    const report = changedByOperator(file(), (changed) => {
      changed.events = [...bundle.events, evidenceEvent(storedEvents(caseEvents)[added - 1]!)].sort(
        (a, b) => a.entry.position - b.entry.position,
      );
      changed.inclusion = proven.inclusionOf(
        changed.events.map(({ entry }) => entry.position),
        proven.sources.checkpoint.size,
      );
    });
    const at = [...given, added].sort((a, b) => a - b).indexOf(added);
    expect(failure(report)).toBe(`answers /events/${at}`);
  });

  it('fails if the stored bytes, an entry, or a hash of a proof were swapped', () => {
    const stored = changedByOperator(file(), (bundle) => {
      const { entry, stored: text } = bundle.events[5]!;
      bundle.events = bundle.events.with(5, { entry, stored: text.replace('2', '3') });
    });
    expect(failure(stored)).toBe('inclusion /events/5');
    const entry = changedByOperator(file(), (bundle) => {
      const event = bundle.events[5]!;
      bundle.events = bundle.events.with(5, { ...event, entry: { ...event.entry, recordedby: 'somebody' } });
    });
    expect(failure(entry)).toBe('inclusion /inclusion');
    const proof = changedByOperator(file(), (bundle) => {
      bundle.inclusion = bundle.inclusion.toReversed();
    });
    expect(failure(proof)).toBe('inclusion /inclusion');
    const leaf = changedByOperator(file(), ({ completeness }) => {
      if (completeness.kind === 'sealed')
        Object.assign(completeness.stretches[0]!.proof, { 0: completeness.stretches[0]!.proof[1]! });
    });
    expect(failure(leaf)).toBe('completeness /completeness/stretches/0');
  });

  it('fails under the checkpoint of another log, and of another index', () => {
    const shorter = provenLog(logOf(storedEvents(caseEvents.slice(0, 80))), proven.directory);
    const report = changedByOperator(file(), (bundle) => {
      bundle.checkpoint = shorter.sources.checkpoint.note;
    });
    expect(failure(report)).toBe('question /asked/knownPosition');
    const other = provenLog(logOf(storedEvents(caseEvents.toReversed())), proven.directory);
    const swapped = changedByOperator(file(), (bundle) => {
      bundle.checkpoint = other.sources.checkpoint.note;
    });
    expect(failure(swapped)).toBe('inclusion /inclusion');
    const index = changedByOperator(file(), ({ completeness }) => {
      if (completeness.kind === 'sealed')
        Object.assign(completeness, { checkpoint: other.sources.sealed!.checkpoint.note });
    });
    expect(failure(index)).toBe('completeness /completeness/proof');
    for (const log of [shorter, other]) log.close();
  });

  it('does not verify with a list of positions given twice, or lists in another order', () => {
    const party = proven.bundle(asked('bytedance', { about: 'party' }));
    const withLists = (change: (lists: object[]) => object[]) =>
      failure(
        changedByOperator(party, ({ completeness }) => {
          if (completeness.kind !== 'sealed') throw new Error('nothing of it is sealed');
          const [stretch] = completeness.stretches;
          Object.assign(stretch!, { lists: change([...stretch!.lists]) });
        }),
      );
    const refused = (at: number) => `completeness /completeness/stretches/0/lists/${at}`;
    expect(withLists((lists) => [...lists, lists.at(-1)!])).toBe(refused(2));
    expect(withLists(([first, ...others]) => [...others, first!])).toBe(refused(1));
  });
});

type Node = Record<string, unknown> | unknown[];

/** Every place with a value in a bundle. */
const placesIn = (node: unknown, place: ReadonlyArray<string | number> = []): (string | number)[][] =>
  typeof node !== 'object' || node === null
    ? [[...place]]
    : [
        ...(place.length > 0 ? [[...place]] : []),
        ...Object.entries(node).flatMap(([name, each]) => placesIn(each, [...place, name])),
      ];

const otherValue = (value: unknown, by: number): unknown => {
  if (typeof value === 'string') {
    const at = by % (value.length + 1);
    const letter = 'abcdefghijklmnop0123456789+/'[by % 28]!;
    return value[at] === letter
      ? `${value}${letter}`
      : `${value.slice(0, at)}${letter}${value.slice(at + 1)}`;
  }
  if (typeof value === 'number') return value + 1 + (by % 3);
  if (typeof value === 'boolean') return !value;
  return 'other';
};

/**
 * Changes one place: another value, removed, repeated, or swapped with its neighbour. Returns whether anything
 * changed.
 */
const mutate = (bundle: object, by: number, at: number, kind: number): boolean => {
  const before = JSON.stringify(bundle);
  const places = placesIn(bundle);
  const place = places[at % places.length]!;
  let parent = bundle as Node;
  for (const name of place.slice(0, -1)) parent = (parent as Record<string | number, Node>)[name]!;
  const name = place.at(-1)! as never;
  const value: unknown = parent[name];
  if (kind === 0 || typeof value !== 'object')
    (parent as Record<string, unknown>)[name] = otherValue(value, by);
  else if (Array.isArray(parent)) {
    const index = Number(name);
    if (kind === 1) parent.splice(index, 1);
    else if (kind === 2) parent.splice(index, 0, structuredClone(value));
    else parent.push(...parent.splice(index, 1));
  } else delete parent[name];
  return JSON.stringify(bundle) !== before;
};

/** What only the operator's word supports: its signers are listed, and further signatures may be added. */
const isWordAlone = (bundle: Bundle, changed: Bundle): boolean =>
  JSON.stringify({ ...bundle, verifierKeys: [] }) === JSON.stringify({ ...changed, verifierKeys: [] });

describe('given a log whose two witnesses cosign it and its sealed index', () => {
  const names = ['one', 'two'] as const;
  const [one, two] = names.map((name) =>
    noteSigner(
      `witness.example/${name}`,
      'ed25519-cosignature',
      generateKeyPairSync('ed25519').privateKey,
      () => 1_700_000_000,
    ),
  ) as [TestSigner, TestSigner];
  const policyText = `witness one ${one.verifier.vkey}\nwitness two ${two.verifier.vkey}\ngroup both all one two\nquorum both\n`;
  const events = Array.from({ length: 1_200 }, (_, at) =>
    sent(`e${at}`, 'SubjectEnrolled', { subject: `person-${at}`, population: 'us' }),
  );
  const question = asked('person-7', { position: events.length });
  let cosigned: ProvenLog;
  let trust: Trust;
  beforeAll(() => {
    cosigned = provenLog(logOf(storedEvents(events)), undefined, [one, two]);
    trust = { keys: cosigned.trust.keys, policy: right(parseTlogPolicy(policyText)) };
  });
  afterAll(() => cosigned.close());

  it('when the reader requires both, then a bundle verifies, and the report names the cosignatures of both logs', () => {
    const report = verifyBundle(cosigned.bundle(question), trust);
    expect(failure(report)).toBe('nothing');
    const found = report.checks.map((check) => check.found).join('\n');
    expect(found.match(/cosigned by 2 witnesses of the policy/g)).toHaveLength(2);
  });

  it.each([
    ['log', 'checkpoint /checkpoint'],
    ['index', 'completeness /completeness/checkpoint'],
  ])('when the operator cuts out a cosignature of the %s, then it fails there', (of, place) => {
    const bundle = opened(cosigned.bundle(question));
    const cut = (note: string): string => note.replace(/— witness\.example\/two .*\n/, '');
    if (of === 'log') bundle.checkpoint = cut(bundle.checkpoint);
    else if (bundle.completeness.kind === 'sealed')
      bundle.completeness = {
        ...bundle.completeness,
        checkpoint: cut(bundle.completeness.checkpoint!),
      };
    const report = verifyBundle(cosigned.sign(unsigned(bundle as Bundle)), trust);
    expect(failure(report)).toBe(place);
    expect(report.checks.find(({ state }) => state === 'fails')!.found).toContain('which is not a quorum');
  });

  it('when no quorum has cosigned the index, then the whole log shows that nothing is missing', () => {
    const without = { ...cosigned.sources, sealed: undefined };
    const file = cosigned.sign(makeBundle({ ...without, isIndexUnwitnessed: true }, question));
    expect(opened(file).completeness).toEqual({ kind: 'whole' });
    expect(failure(verifyBundle(file, trust))).toBe('nothing');
    expect(() => makeBundle(without, question)).toThrow('still being sealed');
    // Few events need no index.
    const early = { ...question, position: 100 };
    const few = cosigned.sign(makeBundle({ ...without, isIndexUnwitnessed: true }, early));
    expect(opened(few).completeness).toEqual({ kind: 'sealed', proof: [], stretches: [] });
    expect(failure(verifyBundle(few, trust))).toBe('nothing');
  });
});

describe('a bundle', () => {
  it('never verifies with a changed or missing character', () => {
    const file = proven.bundle(asked('rosa', { position: 101 }));
    fc.assert(
      fc.property(fc.nat(file.length - 1), fc.nat(93), fc.boolean(), (at, code, drops) => {
        const letter = drops ? '' : String.fromCharCode(33 + code);
        const changed = `${file.slice(0, at)}${letter}${file.slice(at + 1)}`;
        expect(changed === file || !verified(changed).holds).toBe(true);
      }),
      { numRuns: mutations / 2 },
    );
  });

  it('never verifies once its operator changed a place of it and signed it again', () => {
    const files = [
      proven.bundle(asked('rosa')),
      proven.bundle(asked('singapore', { about: 'site' })),
      proven.bundle(asked('bytedance', { about: 'party' })),
    ];
    fc.assert(
      fc.property(fc.nat(2), fc.nat(), fc.nat(), fc.nat(3), (of, by, at, kind) => {
        const file = files[of]!;
        const bundle = opened(file);
        if (!mutate(bundle, by, at, kind)) return;
        if (isWordAlone(opened(file) as Bundle, bundle as Bundle)) return;
        const report = verified(proven.sign(unsigned(bundle as Bundle)));
        // The signature itself is rebuilt.
        const isSignature =
          JSON.stringify(unsigned(bundle as Bundle)) === JSON.stringify(unsigned(opened(file) as Bundle));
        expect(isSignature || !report.holds).toBe(true);
      }),
      { numRuns: mutations / 2 },
    );
  });

  it('about a party never claims to have a trail', () => {
    const bundle = opened(proven.bundle(asked('bytedance', { about: 'party' }))) as Bundle;
    const claiming = { ...bundle, asked: { ...bundle.asked, trail: true } };
    const report = verified(proven.sign(unsigned(claiming)));
    expect(report.checks.find(({ state }) => state === 'fails')!.found).toContain(
      'for a question about a subject alone',
    );
  });

  it('of a random log verifies for everybody, each site and each party', () => {
    let verifiedCount = 0;
    fc.assert(
      fc.property(worlds({ episodesMin: 50, episodesMax: 90 }), questions, (world, question) => {
        const events = storedEvents(world, someAuthority);
        const log = provenLog(logOf(events), proven.directory);
        const { validAt, minAssurance, knownShare } = question;
        const position = Math.ceil(events.length * knownShare);
        const abouts = [
          ...subjects.map((id) => ({ about: 'subject' as const, id })),
          ...sites.map((id) => ({ about: 'site' as const, id })),
          ...parties.map((id) => ({ about: 'party' as const, id })),
        ];
        for (const about of abouts) {
          try {
            const trail = about.about === 'subject' && position % 2 === 0;
            const file = log.bundle({ ...about, validAt, position, minAssurance, trail });
            expect(verifyBundle(file, log.trust).checks.filter(({ state }) => state !== 'holds')).toEqual([]);
            verifiedCount++;
          } catch (error) {
            if (!(error instanceof NothingKnown)) throw error;
          }
        }
        log.close();
      }),
      { numRuns: worldsTried },
    );
    expect(verifiedCount).toBeGreaterThan(worldsTried);
  });
});

describe('a question whose answers rest on more events than a bundle holds', () => {
  it.each([
    ['site', 'a b', 'ask about one finding (GET /v1/findings?site=a%20b lists them), or about one person'],
    ['party', 'acme', 'ask about one finding (GET /v1/findings?party=acme lists them), or about one person'],
    [
      'finding',
      'f1',
      'ask about one of the people whom it concerns (GET /v1/findings/f1/subjects lists them)',
    ],
    ['subject', 'ben', 'ask as known at an earlier position'],
  ] as const)('is refused about a %s, and the reason says what to ask instead', (about, id, instead) => {
    const events = new NotedEvents(logOf([]), insteadOf(asked(id, { about })));
    const readAll = () => {
      for (let position = 1; position <= 200_001; position++) events.at(position);
    };
    expect(readAll).toThrow(
      `the answers rest on more than 200000 events, and a bundle holds no more: ${instead}`,
    );
  });

  it('is refused before its events fill the memory, if they are large', () => {
    const bytes = Buffer.alloc(1_024 * 1_024);
    const large = { recordedAt: 0, recordedBy: null, authority: null, bytes };
    const events = new NotedEvents(
      { ...logOf([]), at: (position: number) => ({ ...large, position }) } as unknown as LogReader,
      'ask less',
    );
    for (let position = 1; position <= 128; position++) events.at(position);
    expect(() => events.at(129)).toThrow(
      'the answers rest on events of more than 134217728 bytes, and a bundle holds no more: ask less',
    );
  });
});
