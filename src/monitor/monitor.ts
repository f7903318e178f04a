/**
 * A monitor (V9): follows the checkpoint, the entries and the stored bytes of a ledger, checks each, and cross-examines its
 * operator.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { knownFieldsOf } from '../contract/known-fields.ts';
import { CheckpointsAnswer } from '../contract/rows/integrity.ts';
import { parseInstant } from '../domain/time/instant.ts';
import { type Checkpoint, parseCheckpoint } from '../integrity/checkpoint.ts';
import { loggedEvent } from '../integrity/follow-log.ts';
import type { VerifierKey } from '../integrity/keys.ts';
import { logEntry } from '../integrity/log-entry.ts';
import { hashBytes, sameHash } from '../integrity/merkle-tree.ts';
import { parseNote, toBase64, verifyNote } from '../integrity/signed-note.ts';
import { decodeEntries, tilePath, tileWidth } from '../integrity/tiles.ts';
import { type TlogPolicy, verifyByPolicy } from '../integrity/tlog-policy.ts';
import { indexKeysOf } from '../sealed-index/index-origin.ts';
import type { StoredEvent } from '../store/event-store.ts';
import { deriveAnswer, differs, makeUp, ownText } from './cross-examine.ts';
import type { Evidence } from './evidence.ts';
import type { Operator } from './operator.ts';
import type { OwnLedger } from './own-ledger.ts';

/** Stored bytes that are asked for at once. */
const requestsAtOnceMax = 8;
/** Checkpoints of the operator's history that are compared in a round. */
const historyMax = 1_000;

/** What a round came to. */
export type Round =
  /** The operator gives no answer, or not yet. */
  | { readonly kind: 'no-answer'; readonly reason: string }
  /** All holds: the size that is verified, and how many questions were answered as they are derived here. */
  | { readonly kind: 'holds'; readonly size: number; readonly asked: number }
  /** Something does not hold. `final`: the copy can follow this operator no further. */
  | { readonly kind: 'lie'; readonly evidence: Evidence; readonly final: boolean };

export interface MonitorOptions {
  readonly policy: TlogPolicy;
  /** Keys of the log that are trusted besides those of the policy. */
  readonly keys: ReadonlyArray<VerifierKey>;
  /** Questions that are asked in a round. */
  readonly questions: number;
  readonly now: () => number;
  readonly random: () => number;
  readonly onProgress: (done: number, of: number) => void;
}

const noAnswer = (reason: string): Round => ({ kind: 'no-answer', reason });
const utf8 = (text: string): Uint8Array => new TextEncoder().encode(text);

/** An entry of the log, as far as the event can be put together again from it. */
const eventOf = (entry: Uint8Array, bytes: Uint8Array): StoredEvent | undefined => {
  try {
    const read = JSON.parse(Buffer.from(entry).toString('utf8')) as Record<string, unknown>;
    const recordedAt = parseInstant(String(read.recordedat));
    if (E.isLeft(recordedAt)) return undefined;
    return {
      position: Number(read.position),
      source: String(read.source),
      id: String(read.id),
      recordedAt: recordedAt.right,
      recordedBy: read.recordedby,
      authority: read.authority,
      bytes,
    } as StoredEvent;
  } catch {
    return undefined;
  }
};

export class Monitor {
  private readonly operator: Operator;
  private readonly own: OwnLedger;
  private readonly options: MonitorOptions;

  constructor(operator: Operator, own: OwnLedger, options: MonitorOptions) {
    this.operator = operator;
    this.own = own;
    this.options = options;
  }

  private lie(
    kind: Evidence['kind'],
    what: string,
    operator: Evidence['operator'],
    own: Evidence['own'] = {},
  ): Round {
    const isFinal = kind !== 'answer';
    return {
      kind: 'lie',
      final: isFinal,
      evidence: { kind, what, verified: this.own.verified(), operator, own },
    };
  }

  /** One round: the checkpoint, what is new under it, the history of checkpoints, and questions. */
  async round(): Promise<Round> {
    const shown = await this.operator.need('/log/checkpoint');
    if (E.isLeft(shown)) return noAnswer(shown.left);
    const operator = { '/log/checkpoint': shown.right.bytes };
    const text = Buffer.from(shown.right.bytes).toString('utf8');
    const checkpoint = pipe(
      parseNote(text),
      E.flatMap((note) => verifyByPolicy(note, this.options.policy, this.options.keys)),
      E.flatMap((judged) => parseCheckpoint(judged.text)),
    );
    if (E.isLeft(checkpoint)) return this.lie('checkpoint', checkpoint.left, operator);
    const stopped = await this.follow(checkpoint.right, operator);
    if (stopped !== undefined) return stopped;
    const { size, root } = checkpoint.right;
    const found = this.own.tree.rootAt(size);
    if (!sameHash(found, root)) {
      return this.lie(
        'fork',
        `the root of the checkpoint of ${size} events does not match the events that the operator showed: it shows two versions of its log`,
        operator,
        { root: utf8(toBase64(found)) },
      );
    }
    if (size >= this.verifiedSize()) this.own.keepVerified(text);
    return (await this.history()) ?? (await this.index()) ?? (await this.crossExamine(size));
  }

  private verifiedSize(): number {
    return pipe(
      parseNote(this.own.verified() ?? ''),
      E.flatMap(({ text }) => parseCheckpoint(text)),
      E.match(
        () => 0,
        ({ size }) => size,
      ),
    );
  }

  /** Takes in the events up to a checkpoint that the copy has not. */
  private async follow({ size }: Checkpoint, checkpoint: Evidence['operator']): Promise<Round | undefined> {
    while (this.own.head() < size) {
      const head = this.own.head();
      const index = Math.floor(head / tileWidth);
      const width = Math.min(tileWidth, size - index * tileWidth);
      const name = tilePath({ level: 0, index, width });
      const bundle = await this.operator.need(`/log/tile/entries/${name.slice(2)}`);
      if (E.isLeft(bundle)) return noAnswer(bundle.left);
      const entries = decodeEntries(bundle.right.bytes);
      const shown = { ...checkpoint, [bundle.right.path]: bundle.right.bytes };
      if (E.isLeft(entries)) return this.lie('leaf', entries.left, shown);
      if (entries.right.length !== width)
        return this.lie('leaf', `the bundle has ${entries.right.length} entries instead of ${width}`, shown);
      const events: StoredEvent[] = [];
      const first = head - index * tileWidth;
      for (let from = first; from < width; from += requestsAtOnceMax) {
        const page = entries.right.slice(from, Math.min(width, from + requestsAtOnceMax));
        const positions = page.map((_, at) => index * tileWidth + from + at + 1);
        const stored = await Promise.all(
          positions.map((position) => this.operator.need(`/v1/events/${position}/stored`)),
        );
        for (const [at, answer] of stored.entries()) {
          if (E.isLeft(answer)) return noAnswer(answer.left);
          const entry = page[at]!;
          const event = eventOf(entry, answer.right.bytes);
          const derived = event === undefined ? undefined : logEntry(loggedEvent(event));
          if (event?.position !== positions[at] || Buffer.compare(derived!, entry) !== 0) {
            return this.lie(
              'leaf',
              `the entry at position ${positions[at]} does not match the stored bytes that the operator shows`,
              { ...checkpoint, entry, [answer.right.path]: answer.right.bytes },
              derived === undefined ? {} : { entry: derived },
            );
          }
          events.push(event!);
        }
      }
      const failure = await this.own.add(events);
      if (failure !== undefined) return noAnswer(failure);
      const tile = await this.operator.need(`/log/tile/${name}`);
      if (E.isLeft(tile)) return noAnswer(tile.left);
      const hashes = this.own.tree.tile(0, index, width)!;
      if (Buffer.compare(hashes, tile.right.bytes) !== 0) {
        const differing = hashes.findIndex((byte, at) => byte !== tile.right.bytes[at]);
        const position = index * tileWidth + Math.floor(Math.max(0, differing) / hashBytes) + 1;
        const shownBefore = position <= head;
        return this.lie(
          shownBefore ? 'fork' : 'leaf',
          shownBefore
            ? `the hash of the event at position ${position} has changed: the operator shows two versions of its log`
            : `the hash of the event at position ${position} does not match its entry`,
          { ...checkpoint, [tile.right.path]: tile.right.bytes },
          { hashes },
        );
      }
      this.options.onProgress(this.own.head(), size);
    }
    return undefined;
  }

  /** Compares the checkpoints that the operator says it signed with the copy. */
  private async history(): Promise<Round | undefined> {
    const path = `/v1/log/checkpoints?limit=${historyMax}&upTo=${this.own.head()}`;
    const answer = await this.operator.need(path);
    if (E.isLeft(answer)) return noAnswer(answer.left);
    const shown = { [path]: answer.right.bytes };
    const body = pipe(
      E.tryCatch(
        (): unknown => JSON.parse(Buffer.from(answer.right.bytes).toString('utf8')),
        () => undefined,
      ),
      E.flatMap((json) => CheckpointsAnswer.decode(knownFieldsOf(CheckpointsAnswer, json))),
    );
    if (E.isLeft(body)) return noAnswer(`${path}: the answer is not a list of checkpoints`);
    const wrong = body.right.data.find(
      ({ size, root }) => size > this.own.head() || toBase64(this.own.tree.rootAt(size)) !== root,
    );
    return wrong === undefined
      ? undefined
      : this.lie('history', `the operator signed another root for ${wrong.size} events`, shown, {
          root: utf8(toBase64(this.own.tree.rootAt(Math.min(wrong.size, this.own.head())))),
        });
  }

  /** Compares the sealed index that the operator signed with that of the copy. */
  private async index(): Promise<Round | undefined> {
    const path = '/log/index/checkpoint';
    const answer = await this.operator.get(path);
    if (E.isLeft(answer)) return noAnswer(answer.left);
    // Nothing is sealed yet, or the operator is of a version that seals nothing.
    if (answer.right.status !== 200) return undefined;
    const shown = { [path]: answer.right.bytes };
    const { policy, keys } = this.options;
    const trusted = indexKeysOf([...policy.logs.map(({ key }) => key), ...keys]);
    const checkpoint = pipe(
      parseNote(Buffer.from(answer.right.bytes).toString('utf8')),
      E.flatMap((note) => verifyNote(note, trusted)),
      E.flatMap(({ text }) => parseCheckpoint(text)),
    );
    if (E.isLeft(checkpoint)) return this.lie('checkpoint', `${path}: ${checkpoint.left}`, shown);
    this.own.index.grow();
    const { size, root } = checkpoint.right;
    const own = this.own.index.rootAt(size);
    // What was sealed since the checkpoint of this round is compared in the next one.
    return own === undefined || sameHash(own, root)
      ? undefined
      : this.lie('index', `the root of the index of ${size} stretches does not match the events`, shown, {
          root: utf8(toBase64(own)),
        });
  }

  /** Asks the operator, and derives each answer. */
  private async crossExamine(size: number): Promise<Round> {
    const { questions, now, random } = this.options;
    const { log } = this.own;
    const derived = this.own.ask((reader) =>
      Array.from({ length: questions }, () => makeUp(log, reader, now(), random)).flatMap((question) =>
        question === undefined ? [] : [{ question, own: deriveAnswer(log, reader, question) }],
      ),
    );
    let asked = 0;
    for (const { question, own } of derived) {
      const answer = await this.operator.get(question.path);
      if (E.isLeft(answer)) return noAnswer(answer.left);
      const found = differs(own, answer.right);
      if (found === 'other') {
        return this.lie(
          'answer',
          `the operator's answer to ${question.path} differs from what its own events lead to`,
          { [`${question.path} (status ${answer.right.status})`]: answer.right.bytes },
          { answer: utf8(ownText(own)) },
        );
      }
      if (found === 'same') asked++;
    }
    return { kind: 'holds', size, asked };
  }
}
