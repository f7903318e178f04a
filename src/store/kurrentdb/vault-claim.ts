/**
 * Which vault belongs to a ledger on KurrentDB, recorded in a separate stream of the log.
 *
 * The record is not an event of the ledger. The first process without LEDGER_VAULT writes it, and a second vault is
 * refused.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { backoffMs, type Environment } from './environment.ts';
import type { Limits } from './limits.ts';
import { oneEventType, type RawRecord, type RecordToWrite } from './record-format.ts';
import type { ServerConnection } from './server-connection.ts';
import { ServerFailure } from './server-failure.ts';

/** The stream of the claims; no stream of a source can have this name. */
const streamOf = (ledger: string): string => `${ledger}:vault`;

const Claim = t.type({ vault: t.string });

const decoder = new TextDecoder();

const vaultIn = (record: RawRecord | undefined): string | undefined => {
  if (!(record?.data instanceof Uint8Array)) return undefined;
  try {
    const claim = Claim.decode(JSON.parse(decoder.decode(record.data)));
    return E.isRight(claim) ? claim.right.vault : undefined;
  } catch {
    return undefined;
  }
};

/** Reads and writes the claim of a vault. */
export class VaultClaim {
  private readonly stream: string;
  private readonly connection: ServerConnection;
  private readonly limits: Limits;
  private readonly environment: Environment;

  constructor(ledger: string, connection: ServerConnection, limits: Limits, environment: Environment) {
    this.stream = streamOf(ledger);
    this.connection = connection;
    this.limits = limits;
    this.environment = environment;
  }

  /**
   * Claims the ledger for a vault unless it is claimed, and returns the vault that it belongs to now.
   *
   * @param insists whether the vault is known to be the right one: then it replaces another claim.
   * @throws ServerFailure when the server cannot be asked for `connectMsMax`.
   */
  async claim(vault: string, insists: boolean): Promise<string> {
    const giveUpAt = this.environment.now() + this.limits.connectMsMax;
    for (let attempt = 0; ; attempt++) {
      try {
        const last = await this.connection.lastOf(this.stream);
        const claimed = vaultIn(last);
        if (claimed === vault || (claimed !== undefined && !insists)) return claimed;
        // The next read of the stream shows whether it was written, and by whom.
        await this.write(last?.revision ?? -1n, vault);
      } catch (error) {
        if (!(error instanceof ServerFailure) || this.environment.now() > giveUpAt) throw error;
        const { backoffMsMin, backoffMsMax } = this.limits;
        await this.environment.sleep(
          backoffMs(attempt, backoffMsMin, backoffMsMax, this.environment.random()),
        );
      }
    }
  }

  private async write(after: bigint, vault: string): Promise<void> {
    const encoder = new TextEncoder();
    const claim: t.TypeOf<typeof Claim> = { vault };
    const record: RecordToWrite = {
      eventId: this.environment.newId(),
      type: oneEventType,
      data: encoder.encode(JSON.stringify(claim)),
      metadata: new Uint8Array(),
    };
    const outcome = await this.connection.write(this.stream, after, [record]);
    if (E.isLeft(outcome)) throw outcome.left;
  }
}
