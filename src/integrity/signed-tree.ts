/**
 * Signs the tree of a log, and stores and serves its checkpoints (V3). With witnesses it also stores their cosignatures,
 * and signs nothing that contradicts what they show (V7). The log and its sealed index both use it.
 */
import * as E from 'fp-ts/lib/Either.js';
import { pipe } from 'fp-ts/lib/function.js';
import { formatCheckpoint } from './checkpoint.ts';
import { latestServed, type WitnessedCheckpoint } from './cosigned-checkpoint.ts';
import { sameHash, type TreeHead } from './merkle-tree.ts';
import { formatNote, isSignedByAll, parseNote, signNote } from './signed-note.ts';
import { type SigningKeys, signingKeys } from './signing-keys.ts';
import { parseTlogPolicy, type TlogPolicy } from './tlog-policy.ts';
import type { Cosignature, TreeWriter } from './tree-file.ts';
import type { SigningInput, SigningMessage, SigningReport, SigningStop } from './tree-messages.ts';
import type { WitnessedHead } from './witnessed-log.ts';

/** The minimum time between two checkpoints. */
const signIntervalMs = 1_000;

const sameHead = (a: TreeHead, b: TreeHead): boolean => a.size === b.size && sameHash(a.root, b.root);

type Given = Pick<SigningInput, 'keyFile' | 'origin' | 'witnesses'>;

/** The keys to sign with, and the policy that decides what is served. */
interface Signing {
  readonly keys: SigningKeys;
  readonly policy: TlogPolicy | undefined;
}

const keysOf = ({ keyFile, origin }: Given): E.Either<string, SigningKeys> =>
  signingKeys(keyFile, origin, () => Math.floor(Date.now() / 1_000));

/**
 * Reads the keys and the policy.
 *
 * @returns otherwise what is wrong with them.
 */
export const readSigning = (given: Given): E.Either<string, Signing> =>
  pipe(
    E.Do,
    E.bind('keys', () => keysOf(given)),
    E.bind('policy', () =>
      given.witnesses === undefined ? E.right(undefined) : parseTlogPolicy(given.witnesses),
    ),
  );

/** A tree that a thread writes and signs. */
export class SignedTree {
  private readonly given: Given;
  private readonly policy: TlogPolicy | undefined;
  private readonly tree: TreeWriter;
  private readonly tell: (report: SigningReport) => void;
  private keys: SigningKeys;
  private haveKeysChanged = false;
  private mayBeSigned: boolean;
  private readonly cosignatures: Cosignature[] = [];
  private readonly shown: WitnessedHead[] = [];
  private isTold = false;
  private served: WitnessedCheckpoint | undefined;
  private signedAt = Number.NEGATIVE_INFINITY;
  private isSignedByAllKeys: boolean;

  constructor(
    given: Given,
    { keys, policy }: Signing,
    tree: TreeWriter,
    tell: (report: SigningReport) => void,
  ) {
    this.given = given;
    this.keys = keys;
    this.policy = policy;
    this.tree = tree;
    this.tell = tell;
    this.mayBeSigned = policy === undefined;
    this.isSignedByAllKeys = this.isSignedByNow();
  }

  /** Takes a message, which `takeIn` then handles. */
  hear(message: SigningMessage): void {
    this.isTold = true;
    if (message.kind === 'keys-changed') this.haveKeysChanged = true;
    else if (message.kind === 'may-sign') this.mayBeSigned = message.may;
    else if (message.kind === 'cosigned') this.cosignatures.push(...message.cosignatures);
    else if (!this.shown.some((head) => sameHead(head, message.head))) this.shown.push(message.head);
  }

  /** Whether there are messages that `takeIn` has not handled yet. */
  get hasNews(): boolean {
    return this.isTold;
  }

  /** Whether each signing key has signed the last checkpoint; after a rotation, the new keys have not. */
  private isSignedByNow(): boolean {
    const note = parseNote(this.tree.latest()?.note ?? '');
    return E.isRight(note) && isSignedByAll(note.right, this.keys.verifiers);
  }

  /**
   * Reports the checkpoints that were signed and served before this start.
   *
   * @returns why the tree cannot be signed, if it cannot.
   */
  begin(): SigningStop | undefined {
    const before = this.tree.latest();
    if (before !== undefined) {
      const { size, root, madeAt, note } = before;
      if (size > this.tree.size() || !sameHash(this.tree.rootAt(size), root))
        return { kind: 'other-root', size };
      if (note !== undefined) this.tell({ kind: 'signed', size, madeAt, note });
    }
    this.serve();
    this.tell({ kind: 'following' });
    return undefined;
  }

  /** Reports the served checkpoint if it has changed. */
  private serve(): void {
    const next = this.nextServed();
    const { served } = this;
    if (next === undefined || (next.note === served?.note && next.size === served.size)) return;
    this.served = next;
    this.tell({ kind: 'served', checkpoint: next });
  }

  private nextServed(): WitnessedCheckpoint | undefined {
    if (this.policy !== undefined) return latestServed(this.tree, this.policy, this.keys.verifiers);
    const { size, madeAt, note } = this.tree.latest() ?? {};
    return size === undefined || madeAt === undefined || note === undefined
      ? undefined
      : { size, madeAt, note, witnessedAt: undefined };
  }

  /**
   * Handles the messages: changed keys, cosignatures, and checkpoints that witnesses show.
   *
   * @param sizeMax the size that the tree reaches once it covers the whole log.
   * @returns why signing stops, if it does.
   */
  takeIn(sizeMax: number): SigningStop | undefined {
    this.isTold = false;
    if (this.haveKeysChanged) {
      this.haveKeysChanged = false;
      const changed = keysOf(this.given);
      if (E.isLeft(changed)) return { kind: 'failed', reason: changed.left };
      this.keys = changed.right;
      this.isSignedByAllKeys = this.isSignedByNow();
    }
    for (const head of this.shown.splice(0)) {
      // The tree still grows to this size; until then nothing is signed.
      if (head.size > this.tree.size() && head.size <= sizeMax) this.shown.push(head);
      else {
        const stop = this.compare(head, sizeMax);
        if (stop !== undefined) return stop;
      }
    }
    if (this.cosignatures.length > 0) {
      this.tree.keepCosignatures(this.cosignatures.splice(0));
      this.serve();
    }
    return undefined;
  }

  /** Compares a checkpoint shown by a witness with the tree. */
  private compare({ size, root, note, by }: WitnessedHead, sizeMax: number): SigningStop | undefined {
    const { tree } = this;
    const has = Math.max(tree.size(), sizeMax);
    if (size > has || !sameHash(tree.rootAt(size), root)) return { kind: 'witnessed', by, size, has };
    // It was signed here and forgotten, so nothing smaller may be signed.
    if (size > (tree.latest()?.size ?? -1)) {
      const madeAt = Date.now();
      tree.keep({ size, root, madeAt, note });
      this.isSignedByAllKeys = this.isSignedByNow();
      this.tell({ kind: 'signed', size, madeAt, note });
    }
    return undefined;
  }

  /** The time until the tree may be signed, in milliseconds; infinity if there is nothing to sign. */
  dueInMs(): number {
    const isNew = this.tree.size() !== this.tree.latest()?.size || !this.isSignedByAllKeys;
    return this.mayBeSigned && this.shown.length === 0 && isNew
      ? Math.max(0, this.signedAt + signIntervalMs - performance.now())
      : Number.POSITIVE_INFINITY;
  }

  /** Signs the tree and stores the checkpoint before it is shown. */
  sign(): SigningStop | undefined {
    const { tree } = this;
    const size = tree.size();
    const root = tree.rootAt(size);
    const signedBefore = tree.latest();
    const text = formatCheckpoint({ origin: this.given.origin, size, root, extensions: [] });
    const note = formatNote(signNote(text, this.keys.signers));
    const madeAt = Date.now();
    const contradiction = tree.keep({ size, root, madeAt, note });
    if (contradiction !== undefined) return { kind: 'other-root', size: contradiction.signed.size };
    const isAgain = signedBefore?.size === size;
    if (isAgain) tree.keepNote(size, note);
    this.tell({ kind: 'signed', size, madeAt: isAgain ? signedBefore.madeAt : madeAt, note });
    this.signedAt = performance.now();
    if (this.policy?.quorum === undefined || !this.isSignedByAllKeys) this.serve();
    this.isSignedByAllKeys = true;
    return undefined;
  }
}
