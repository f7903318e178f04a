/**
 * Keeps a vault in step with its log. A restored older vault brings nobody back, and people of the log whom the
 * vault lacks are reported.
 *
 * The vault stores the position up to which it has everybody of the log, and a checksum of the event there. So a
 * start reads only later events. Erasures are in the log, and are repeated if the vault does not know of them
 * (R21).
 */
import { setImmediate as afterOthers } from 'node:timers/promises';
import { crc32 } from 'node:zlib';
import * as E from 'fp-ts/lib/Either.js';
import { decodeStored } from '../domain/events/stored.ts';
import { subjectsOf } from '../domain/events/subjects.ts';
import { forgottenId, ledgerSource } from '../domain/recording/authority.ts';
import type { VaultFile } from '../people/vault/sqlite-vault.ts';
import { looksLikePseudonym } from '../people/vault/vault.ts';
import type { LogKnown } from '../people/vault/vault-format.ts';
import { origin, type Position } from '../store/event-store.ts';
import type { LogReader } from '../store/log-reader.ts';

/** Erasures repeated in one transaction. */
const erasuresAtOnceMax = 1_000;
/** Events read before other work gets its turn. */
const pageEventsMax = 500;
/**
 * Events read before the ledger opens, and people looked up for them; the others are read while it serves. The first people
 * show whether the vault is of another log, or older than this one.
 */
const atStartEventsMax = 5_000;
const atStartPeopleMax = 100;
/** People missing in the vault are counted up to this number. */
const missingMax = 10_000;

/** A checksum of an event, to tell one log from another: CRC-32. */
const markOf = (log: LogReader, position: Position): number => {
  const event = position === origin ? undefined : log.at(position);
  return event === undefined
    ? 0
    : crc32(event.bytes, crc32(`${event.recordedAt}\n${event.source}\n${event.id}`));
};

/** Compares a vault file with its log, and repeats missing erasures. */
export class VaultOfALog {
  private readonly file: VaultFile;
  private readonly log: LogReader;
  private erasedUpTo: Position;
  /** The position up to which the log was read. */
  private lookedUpTo: Position;
  private readonly missing = new Set<string>();
  private firstMissingAt: Position | undefined;
  private isClosed = false;
  private hasLooked = false;
  private lookFault: string | undefined;

  /** Repeats erasures that the vault lacks, and reads the first events that are new to it. */
  constructor(file: VaultFile, log: LogReader) {
    this.file = file;
    this.log = log;
    const known = file.logKnown();
    const isOfThisLog = known.knownUpTo <= log.head() && markOf(log, known.knownUpTo) === known.mark;
    this.lookedUpTo = isOfThisLog ? known.knownUpTo : origin;
    this.erasedUpTo = isOfThisLog ? known.erasedUpTo : origin;
    this.eraseAgain();
    const least = this.lookedUpTo + atStartEventsMax;
    const left = { people: atStartPeopleMax };
    while (this.lookedUpTo < least && this.look(left)) {
      // Each call reads one page.
    }
    this.note();
    file.whenAdmitting(() => (this.hasLooked ? this.known(this.log.head()) : undefined));
  }

  /**
   * Reads the rest of the log, taking turns with other work. Call it once the filters of the vault are in memory: before, it
   * takes far longer to look people up.
   */
  async lookOn(): Promise<void> {
    try {
      while (!this.isClosed && !this.hasLooked) {
        await afterOthers();
        if (!this.isClosed) this.look();
      }
    } catch (error) {
      this.lookFault = error instanceof Error ? error.message : String(error);
    }
    if (!this.isClosed) this.note();
  }

  /** Why people of the log cannot be named; undefined if all are in the vault. */
  fault(): string | undefined {
    if (this.missing.size === 0) return this.lookFault;
    const count = this.missing.size < missingMax ? `${this.missing.size}` : `${missingMax} or more`;
    return `the vault does not know ${count} of the people in the log, the first at position ${this.firstMissingAt}: it is older than the log, or belongs to another log. Stop the server and restore the vault that was backed up with this log. Until then, these people appear only under pseudonyms, and recording one of them again creates a new person`;
  }

  /** Stores the vault's progress in its file; call it before the file is closed. */
  close(): void {
    this.note(this.hasLooked ? this.log.head() : this.lookedUpTo);
    this.isClosed = true;
  }

  private known(upTo: Position): LogKnown {
    const knownUpTo = Math.min(upTo, this.firstMissingAt === undefined ? upTo : this.firstMissingAt - 1);
    return { knownUpTo, mark: markOf(this.log, knownUpTo), erasedUpTo: this.erasedUpTo };
  }

  private note(upTo = this.lookedUpTo): void {
    try {
      const known = this.known(upTo);
      if (JSON.stringify(known) !== JSON.stringify(this.file.logKnown())) this.file.noteLog(known);
    } catch {
      // If progress could not be stored, as on a full disk, the next start reads those events again.
    }
  }

  private eraseAgain(): void {
    for (;;) {
      const said = this.log.ofSource(ledgerSource, this.erasedUpTo, erasuresAtOnceMax);
      if (said.length === 0) break;
      this.file.forgetAll(
        said.flatMap(({ bytes }) => {
          const event = decodeStored(bytes);
          return E.isRight(event) && event.right.type === 'SubjectForgotten'
            ? [event.right.data.subject]
            : [];
        }),
      );
      this.erasedUpTo = said.at(-1)!.position;
    }
  }

  /**
   * Reads the next events.
   *
   * @param left how many more people to look for. It stops within the event that has more; the next call begins with that.
   * @returns false if it stopped, or reached the end of the log.
   */
  private look(left = { people: Number.POSITIVE_INFINITY }): boolean {
    const page = this.log.next(this.lookedUpTo, pageEventsMax);
    for (const { bytes, position } of page) {
      const event = decodeStored(bytes);
      for (const subject of E.isRight(event) ? subjectsOf(event.right) : []) {
        if (left.people-- <= 0) return false;
        this.lookFor(subject, position);
      }
      this.lookedUpTo = position;
    }
    this.hasLooked = page.length === 0;
    return !this.hasLooked;
  }

  private lookFor(subject: string, position: Position): void {
    if (!looksLikePseudonym(subject) || this.missing.size >= missingMax || this.file.knows(subject)) return;
    // Erased people are not missing, even if the vault never knew them.
    if (this.log.find(ledgerSource, forgottenId(subject)) !== undefined) return;
    this.missing.add(subject);
    this.firstMissingAt ??= position;
  }
}
