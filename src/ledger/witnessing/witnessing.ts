/**
 * A log and its witnesses (V7): submits each checkpoint to all of them, in the background. The log of a ledger and its
 * sealed index each have their own.
 *
 * After a start nothing is signed until the witnesses have reported what they know. Otherwise a ledger restored to
 * an earlier state could sign a split view.
 */
import * as E from 'fp-ts/lib/Either.js';
import { parseNote } from '../../integrity/signed-note.ts';
import { isQuorum, type TlogPolicy } from '../../integrity/tlog-policy.ts';
import type { ServedCheckpoint, WitnessedLog } from '../../integrity/witnessed-log.ts';
import { type Contact, contactsOf } from './contacts.ts';
import { keyWord, show, submit } from './witness-client.ts';

/**
 * How often the latest checkpoint is submitted again while nothing new is recorded: a recent cosignature proves
 * that it still is the latest.
 */
const refreshMs = 300_000;
/** The delay after a first failure of a witness. It doubles with each further failure, up to the maximum. */
const retryMsMin = 1_000;
const retryMsMax = 60_000;
/** The minimum time between two submissions to a witness. */
const submitIntervalMs = 1_000;
/** How often in a row a witness may answer that it cosigned another size, since others may submit too. */
const otherSizesMax = 3;

/** The state of a witness. */
export interface WitnessState {
  /** Its name in the policy. */
  readonly name: string;
  readonly url: string | undefined;
  /** Its last cosignature: the size, and the time in milliseconds since the epoch. */
  readonly last: { readonly size: number; readonly at: number } | undefined;
  /** Why it does not cosign now. */
  readonly failure: string | undefined;
}

/** Submits checkpoints to witnesses, stores their cosignatures, and decides whether signing is allowed (V7). */
export class Witnessing {
  private readonly policy: TlogPolicy;
  private readonly log: WitnessedLog;
  private readonly contacts: ReadonlyArray<Contact>;
  private readonly ended = new AbortController();
  private readonly wakers = new Set<() => void>();
  private readonly unwatch: () => void;
  private readonly running: Promise<unknown>;

  constructor(policy: TlogPolicy, log: WitnessedLog) {
    this.policy = policy;
    this.log = log;
    this.contacts = contactsOf(policy);
    this.unwatch = log.watch(() => this.wake());
    if (this.contacts.length === 0) log.maySign(true);
    this.running = Promise.all(this.contacts.map((contact) => this.follow(contact)));
  }

  /** The state of each witness of the policy. */
  states(): ReadonlyArray<WitnessState> {
    const tree = this.log.tree();
    return this.policy.witnesses.map((witness) => {
      const contact = this.contacts.find(({ witnesses }) => witnesses.includes(witness));
      const last = tree?.lastCosignature(keyWord(witness.key));
      return {
        name: witness.name,
        url: contact?.url,
        last: last === undefined ? undefined : { size: last.size, at: last.at },
        failure: contact === undefined ? 'the policy has no address for it' : contact.failure,
      };
    });
  }

  /** Whether the witnesses that do not fail are enough for the policy. */
  canReachQuorum(): boolean {
    const working = this.contacts.filter(({ failure }) => failure === undefined);
    return isQuorum(
      this.policy,
      working.flatMap(({ witnesses }) => witnesses),
    );
  }

  private wake(): void {
    for (const waker of [...this.wakers]) waker();
  }

  /** Waits for a time, or until the log has something new if that is enough. */
  private wait(ms: number, untilNews: boolean): Promise<void> {
    if (this.ended.signal.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const end = (): void => {
        clearTimeout(timer);
        this.wakers.delete(end);
        this.ended.signal.removeEventListener('abort', end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      if (untilNews) this.wakers.add(end);
      this.ended.signal.addEventListener('abort', end);
    });
  }

  /** Keeps one witness up to date. */
  private async follow(contact: Contact): Promise<void> {
    const { signal } = this.ended;
    while (!signal.aborted) {
      if (!this.log.following) {
        await this.wait(refreshMs, true);
        continue;
      }
      if (this.log.state.stop !== undefined) return;
      const { signed } = this.log.state;
      const now = performance.now();
      const isDue =
        signed === undefined
          ? !contact.isKnown
          : signed.size !== contact.submittedSize || now - contact.submittedAt >= refreshMs;
      if (!isDue && !contact.isAhead) {
        await this.wait(refreshMs, true);
        continue;
      }
      contact.failure = await (signed === undefined ? this.learn(contact) : this.send(contact, signed));
      if (signal.aborted) return;
      contact.wasTried = true;
      contact.failures = contact.failure === undefined ? 0 : contact.failures + 1;
      this.sayWhetherToSign();
      const backoff = Math.min(retryMsMax, retryMsMin * 2 ** Math.min(contact.failures, 10));
      await this.wait(contact.failures === 0 ? submitIntervalMs : backoff, false);
    }
  }

  /** Signing may begin once a quorum has reported, every witness was asked, and none knows more than the log. */
  private sayWhetherToSign(): void {
    const { contacts, policy } = this;
    const known = contacts.filter(({ isKnown }) => isKnown).flatMap(({ witnesses }) => witnesses);
    this.log.maySign(
      contacts.every(({ wasTried, isAhead }) => wasTried && !isAhead) && isQuorum(policy, known),
    );
  }

  /**
   * Reads what a witness has of this log. The tree must lead to a checkpoint that this log's own key signed.
   *
   * @returns why it failed.
   */
  private async learn(contact: Contact): Promise<string | undefined> {
    const shown = await show(contact, this.log.origin, this.log.ownKeys(), this.ended.signal);
    if (shown.kind === 'failed') return shown.reason;
    if (shown.kind === 'ours') {
      contact.knownSize = shown.head.size;
      const by = contact.witnesses.map(({ name }) => name).join(' and ');
      this.log.witnessed({ size: shown.head.size, root: shown.head.root, note: shown.note, by });
    }
    contact.isKnown = true;
    contact.isAhead = false;
    return undefined;
  }

  /**
   * Handles a witness that knows more than the log: checks the larger checkpoint, if it shows one that the log
   * signed.
   */
  private async sendAhead(contact: Contact, size: number): Promise<string | undefined> {
    const failure = await this.learn(contact);
    if (failure === undefined && (contact.knownSize ?? 0) >= size) return undefined;
    contact.isAhead = true;
    return `it claims to have cosigned ${size} ${this.log.leaves} of this log, which is more than were signed here, but does not show the checkpoint${failure === undefined ? '' : `: ${failure}`}; nothing more of it is signed until then`;
  }

  /** Submits a checkpoint. Returns why it was not cosigned. */
  private async send(contact: Contact, { size, note }: ServedCheckpoint): Promise<string | undefined> {
    const checkpoint = parseNote(note);
    if (E.isLeft(checkpoint)) throw new Error(`a stored checkpoint cannot be read: ${checkpoint.left}`);
    contact.knownSize ??= this.lastOf(contact);
    for (let tries = 0; tries < otherSizesMax; tries++) {
      // The known size may be of a checkpoint that was signed before this one was forgotten.
      const oldSize = contact.knownSize <= size ? contact.knownSize : 0;
      const proof = oldSize === 0 || oldSize === size ? [] : this.log.consistency(oldSize, size);
      if (proof === undefined) return 'the tree cannot be read yet';
      const answer = await submit(contact, checkpoint.right, size, oldSize, proof, this.ended.signal);
      switch (answer.kind) {
        case 'cosigned':
          contact.knownSize = size;
          contact.submittedSize = size;
          contact.submittedAt = performance.now();
          contact.isKnown = true;
          contact.isAhead = false;
          this.log.cosigned(answer.cosignatures);
          return undefined;
        case 'other-size':
          if (answer.size > size) return this.sendAhead(contact, answer.size);
          contact.knownSize = answer.size;
          continue;
        case 'inconsistent':
          return (await this.learn(contact)) ?? answer.reason;
        case 'unknown-log':
          // It never cosigned this log, so it knows nothing that could contradict it.
          contact.isKnown = true;
          contact.isAhead = false;
          return this.unknownTo(answer.reason);
        case 'failed':
          return answer.reason;
      }
    }
    return 'it reported a different cosigned size several times in a row';
  }

  /** Says which key a witness that does not know the log needs. */
  private unknownTo(reason: string): string {
    const [key] = this.log.ownKeys();
    return `it does not know the log ${this.log.origin}${key === undefined ? '' : `; give it this key: ${key.vkey}`} (${reason})`;
  }

  private lastOf({ keys }: Contact): number {
    const tree = this.log.tree();
    return Math.max(0, ...keys.map((key) => tree?.lastCosignature(keyWord(key))?.size ?? 0));
  }

  async close(): Promise<void> {
    this.unwatch();
    this.ended.abort();
    await this.running;
  }
}
