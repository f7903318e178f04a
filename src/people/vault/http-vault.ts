/**
 * The vault of another process, over HTTP. Nothing is cached here, so a person forgotten through one process is
 * forgotten in all of them at once.
 */
import { setTimeout as wait } from 'node:timers/promises';
import * as E from 'fp-ts/lib/Either.js';
import type * as t from 'io-ts';
import { looksLikePseudonym, type Vault, VaultUnavailable } from './vault.ts';
import {
  AdmitAnswer,
  AdmitRequest,
  FindAnswer,
  FindRequest,
  ForgetAnswer,
  ForgetRequest,
  namesMax,
  SharedVault,
  vaultPath,
} from './vault-wire.ts';

/** The limits of a call. */
export interface HttpVaultLimits {
  /** The maximum duration of a call with all its attempts, in milliseconds. */
  readonly callMsMax: number;
  /** The maximum duration of a health check, in milliseconds: probes do not wait longer. */
  readonly faultMsMax: number;
  /** How often a call is tried if the connection fails. */
  readonly attemptsMax: number;
  /** The pause between two attempts, in milliseconds. */
  readonly pauseMs: number;
  readonly answerBytesMax: number;
}

const httpVaultLimits: HttpVaultLimits = {
  callMsMax: 5_000,
  faultMsMax: 800,
  attemptsMax: 3,
  pauseMs: 100,
  answerBytesMax: 32 * 1_024 * 1_024,
};

export interface HttpVaultOptions {
  /** The address of the process with the vault, such as `http://10.0.0.5:8484`. */
  readonly url: string;
  /** The token of a key of that process with the scope `vault`. */
  readonly key?: string | undefined;
  readonly limits?: Partial<HttpVaultLimits>;
}

const strange = 'LEDGER_VAULT does not lead to a vault of this version';

const reasonOf = (status: number): string => {
  if (status === 401 || status === 403) return 'it refuses the key in LEDGER_VAULT_KEY';
  if (status === 404) return 'the process at LEDGER_VAULT keeps no vault';
  return status >= 500 ? `it answers with status ${status}` : strange;
};

const bodyOf = async (response: Response, bytesMax: number): Promise<string> => {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > bytesMax) throw new VaultUnavailable(strange);
    parts.push(part);
  }
  return Buffer.concat(parts).toString('utf8');
};

const decode = <A>(codec: t.Type<A, unknown, unknown>, body: string): A => {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    throw new VaultUnavailable(strange);
  }
  const decoded = codec.decode(json);
  if (E.isLeft(decoded)) throw new VaultUnavailable(strange);
  return decoded.right;
};

const parts = (items: ReadonlyArray<string>): ReadonlyArray<ReadonlyArray<string>> =>
  Array.from({ length: Math.ceil(items.length / namesMax) }, (_, part) =>
    items.slice(part * namesMax, (part + 1) * namesMax),
  );

/** Pairs questions with answers, which come in the same order. */
const paired = <A>(
  asked: ReadonlyArray<string>,
  answers: ReadonlyArray<A>,
): ReadonlyArray<readonly [string, A]> => {
  if (asked.length !== answers.length) throw new VaultUnavailable(strange);
  return asked.map((each, place) => [each, answers[place]!] as const);
};

/** The vault at an address. It connects on the first call. */
export const httpVault = ({ url, key, limits: given }: HttpVaultOptions): Vault => {
  const limits = { ...httpVaultLimits, ...given };
  const base = url.replace(/\/+$/, '') + vaultPath;

  const send = async (path: string, body: string | undefined, msMax = limits.callMsMax): Promise<string> => {
    const late = AbortSignal.timeout(msMax);
    for (let attempt = 1; ; attempt++) {
      try {
        const response = await fetch(base + path, {
          method: body === undefined ? 'GET' : 'POST',
          headers: {
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(key === undefined ? {} : { authorization: `Bearer ${key}` }),
          },
          ...(body === undefined ? {} : { body }),
          // The key must not follow a redirect to another address.
          redirect: 'error',
          signal: late,
        });
        if (response.ok) return await bodyOf(response, limits.answerBytesMax);
        await response.body?.cancel();
        throw new VaultUnavailable(reasonOf(response.status));
      } catch (error) {
        if (error instanceof VaultUnavailable) throw error;
        if (late.aborted) throw new VaultUnavailable(`it did not answer within ${msMax} ms`);
        if (attempt === limits.attemptsMax) throw new VaultUnavailable('it cannot be connected to');
        await wait(limits.pauseMs);
      }
    }
  };

  const ask = async <A, B>(
    path: string,
    request: t.Type<A, unknown, unknown>,
    asked: A,
    answer: t.Type<B, unknown, unknown>,
  ): Promise<B> => decode(answer, await send(path, JSON.stringify(request.encode(asked))));

  return {
    at: url,
    find: async ({ names, pseudonyms }) => {
      const found = new Map<string, string>();
      const people = new Map<string, string | null>();
      const [nameParts, pseudonymParts] = [parts(names), parts(pseudonyms.filter(looksLikePseudonym))];
      // The first pseudonyms are sent together with the last names.
      const alone = Math.max(0, nameParts.length - 1);
      for (let part = 0; part < Math.max(nameParts.length, alone + pseudonymParts.length); part++) {
        const asked = { names: nameParts[part] ?? [], pseudonyms: pseudonymParts[part - alone] ?? [] };
        const answer = await ask('/find', FindRequest, asked, FindAnswer);
        for (const [name, pseudonym] of paired(asked.names, answer.pseudonyms))
          if (pseudonym !== null) found.set(name, pseudonym);
        for (const [pseudonym, person] of paired(asked.pseudonyms, answer.people))
          if (person !== null) people.set(pseudonym, person.identifier);
      }
      return { pseudonyms: found, people };
    },
    admit: async (names, lookedUpTo) => {
      const admitted: string[] = [];
      for (const part of parts(names)) {
        const asked = { names: part, lookedUpTo: lookedUpTo ?? null };
        const { pseudonyms, lookUpTo } = await ask('/admit', AdmitRequest, asked, AdmitAnswer);
        if (lookUpTo !== undefined) return E.left({ upTo: lookUpTo });
        for (const [, pseudonym] of paired(part, pseudonyms ?? [])) admitted.push(pseudonym);
      }
      return E.right({ pseudonyms: admitted });
    },
    forget: async (pseudonym, saidAt) => {
      await ask('/forget', ForgetRequest, { pseudonym, saidAt }, ForgetAnswer);
    },
    entries: () => undefined,
    fault: async () => {
      try {
        decode(SharedVault, await send('', undefined, limits.faultMsMax));
        return undefined;
      } catch (error) {
        if (error instanceof VaultUnavailable) return error.message;
        throw error;
      }
    },
    close: async () => undefined,
  };
};
