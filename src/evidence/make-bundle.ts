import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import { formatInstant, type Instant } from '../domain/time/instant.ts';
import { loggedEvent } from '../integrity/follow-log.ts';
import { entryText } from '../integrity/log-entry.ts';
import { multiProof } from '../integrity/multi-proof.ts';
import { toBase64 } from '../integrity/signed-note.ts';
import type { TileReader } from '../integrity/tree-over-tiles.ts';
import type { SealedIndexReader } from '../sealed-index/index-reader.ts';
import { keysOfEvents } from '../sealed-index/stretch-keys.ts';
import { coverOf } from '../sealed-index/stretches.ts';
import type { StoredEvent } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';
import {
  bundleForm,
  type Completeness,
  type EvidenceEvent,
  rulesVersion,
  type UnsignedBundle,
} from './bundle.ts';
import { derivedByAll, derivedByKeys } from './derive.ts';
import { insteadOf } from './instead.ts';
import { wholePart } from './key-part.ts';
import { NotKeyed } from './keyed-events.ts';
import { KeyedIndex } from './keyed-index.ts';
import { NoEvidence, NotedEvents, NotedStretch } from './noted-reads.ts';
import { asJson, type EvidenceAnswer, type EvidenceQuestion } from './questions.ts';

/** The inputs of a bundle. */
export interface EvidenceSources {
  readonly log: LogReader;
  /** The tree of the log and its checkpoint. */
  readonly tiles: TileReader;
  readonly checkpoint: { readonly size: number; readonly note: string };
  /** The sealed index, the tree of the second log and its checkpoint; undefined before one is served. */
  readonly sealed:
    | {
        readonly index: SealedIndexReader;
        readonly tiles: TileReader;
        readonly checkpoint: { readonly count: number; readonly note: string };
      }
    | undefined;
  /** Whether later stretches are signed too, but no quorum of witnesses has cosigned them. */
  readonly isIndexUnwitnessed?: boolean | undefined;
  readonly verifierKeys: ReadonlyArray<string>;
}

/** The maximum number of events after the last seal; there are more only while sealing lags behind. */
const unsealedEventsMax = 1_024;
/** The maximum number of events of a log that a bundle contains whole. */
const wholeLogEventsMax = 20_000;
const decoder = new TextDecoder('utf-8', { fatal: true });

/** An event in the form of a bundle. */
export const evidenceEvent = (stored: StoredEvent): EvidenceEvent => {
  try {
    const entry = JSON.parse(entryText(loggedEvent(stored))) as EvidenceEvent['entry'];
    return { entry, stored: decoder.decode(stored.bytes) };
  } catch {
    throw new NoEvidence(`the event at position ${stored.position} is not stored as text`);
  }
};

/** The inputs from which the answers were derived. */
interface Derived {
  readonly answers: ReadonlyArray<EvidenceAnswer>;
  readonly positions: Iterable<number>;
  readonly completeness: Completeness;
}

/** The size of the log that the checkpoint of the index covers. */
const sealedSizeOf = ({ sealed }: EvidenceSources): number =>
  sealed === undefined ? 0 : (sealed.index.at(sealed.checkpoint.count - 1)?.size ?? 0);

const derivedBySeals = (sources: EvidenceSources, asked: EvidenceQuestion): Derived => {
  const { log, sealed, isIndexUnwitnessed = false } = sources;
  const { position } = asked;
  const sealedSize = sealedSizeOf(sources);
  const stretches = coverOf(sealedSize).filter(({ start }) => start < position);
  const unsealed = log.after(stretches.at(-1)?.size ?? 0, unsealedEventsMax + 1);
  const tail = unsealed.filter((stored) => stored.position <= position);
  if (tail.length > unsealedEventsMax)
    throw new NoEvidence(
      isIndexUnwitnessed
        ? 'no quorum of witnesses has cosigned the sealed index of the log that far; GET /v1/log shows the state of each witness'
        : 'the index of the log is still being sealed; try again later',
      true,
    );
  const noted = stretches.map((stretch) => {
    const kept = sealed!.index.find(stretch);
    if (kept === undefined || !sealed!.index.isKept(kept))
      throw new NoEvidence('the index of the log is being sealed; try again later', true);
    return { kept, part: new NotedStretch(sealed!.index, kept) };
  });
  const events = new NotedEvents(log, insteadOf(asked));
  for (const stored of tail) events.at(stored.position);
  events.at(position);
  const parts = [...noted.map(({ part }) => part), wholePart(keysOfEvents(tail))];
  const answers = derivedByKeys(
    new KeyedIndex(
      { parts, at: (each) => events.at(each), bytesAt: (each) => events.bytesAt(each) },
      position,
    ),
    asked,
  );
  const places = noted.map(({ kept }) => kept.place).sort((a, b) => a - b);
  return {
    answers,
    positions: events.positions,
    completeness: {
      kind: 'sealed',
      stretches: noted.map(({ part }) => part.shown()),
      proof:
        sealed === undefined || places.length === 0
          ? []
          : multiProof(sealed.tiles, places, sealed.checkpoint.count).map(toBase64),
      ...(sealed === undefined || places.length === 0 ? {} : { checkpoint: sealed.checkpoint.note }),
    },
  };
};

const derivedByWholeLog = ({ log }: EvidenceSources, asked: EvidenceQuestion): Derived => {
  if (asked.position > wholeLogEventsMax)
    throw new NoEvidence(
      `the answers rest on the whole log, which has more than ${wholeLogEventsMax} events: ask as known at an earlier position`,
    );
  const events = new NotedEvents(log, insteadOf(asked));
  const all: RecordedEvent[] = [];
  for (let position = 1; position <= asked.position; position++) {
    const recorded = events.at(position);
    if (recorded !== undefined) all.push(recorded);
  }
  return {
    answers: derivedByAll(all, (each) => events.bytesAt(each), asked),
    positions: events.positions,
    completeness: { kind: 'whole' },
  };
};

/** Whether to show the whole log, because the witnesses have not cosigned enough of the index. */
const isByWholeLog = (sources: EvidenceSources, position: number): boolean =>
  sources.isIndexUnwitnessed === true &&
  position - sealedSizeOf(sources) > unsealedEventsMax &&
  position <= wholeLogEventsMax;

const derive = (sources: EvidenceSources, asked: EvidenceQuestion): Derived => {
  if (isByWholeLog(sources, asked.position)) return derivedByWholeLog(sources, asked);
  try {
    return derivedBySeals(sources, asked);
  } catch (error) {
    if (!(error instanceof NotKeyed)) throw error;
    return derivedByWholeLog(sources, asked);
  }
};

const instantOf = (instant: Instant | undefined): string | undefined =>
  instant === undefined ? undefined : formatInstant(instant);

/**
 * The bundle that answers a question.
 *
 * @throws NothingKnown if nothing is known about the subject matter; NoEvidence with the reason if no bundle can be
 * made; OverBudget.
 */
export const makeBundle = (sources: EvidenceSources, asked: EvidenceQuestion): UnsignedBundle => {
  const { log, tiles, checkpoint, verifierKeys } = sources;
  if (asked.position > checkpoint.size)
    throw new NoEvidence(
      'the events about this are not in a signed checkpoint yet; try again in a second',
      true,
    );
  const { answers, positions, completeness } = derive(sources, asked);
  const inOrder = [...positions].sort((a, b) => a - b);
  const { about, id, finding, validAt, position, minAssurance, from, to, trail } = asked;
  const period = { from: instantOf(from), to: instantOf(to) };
  return asJson({
    form: bundleForm,
    rules: rulesVersion,
    asked: {
      about,
      id,
      validAt: formatInstant(validAt),
      knownPosition: String(position),
      minAssurance,
      trail,
      ...period,
      ...(finding === undefined ? {} : { finding }),
    },
    answers,
    events: inOrder.map((each) => evidenceEvent(log.at(each)!)),
    inclusion: multiProof(
      tiles,
      inOrder.map((each) => each - 1),
      checkpoint.size,
    ).map(toBase64),
    checkpoint: checkpoint.note,
    completeness,
    verifierKeys,
  }) as unknown as UnsignedBundle;
};
