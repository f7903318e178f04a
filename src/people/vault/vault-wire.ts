/** The messages between processes that share a vault: JSON, decoded at both ends. The paths contain the version. */
import * as t from 'io-ts';
import { exact, listOf, nullable, numberWithin, text } from '../../domain/events/codec.ts';
import { identifierCharactersMax } from '../../domain/events/identifier.ts';
import { lineOf } from '../../domain/events/scalars.ts';
import { looksLikePseudonym } from './vault.ts';

/** The path of a shared vault. */
export const vaultPath = '/v1/vault';

/** Names in one call; a caller with more names makes several calls. */
export const namesMax = 10_000;

const Pseudonym = text('a pseudonym', looksLikePseudonym);
/** The UTF-16 code units of the longest identifier. */
const nameLengthMax = 2 * identifierCharactersMax;
/** An identifier, a pseudonym, or the name of another entry of the vault. */
const Name = lineOf('a name', nameLengthMax);
const Position = numberWithin('a position in the log', 0, Number.MAX_SAFE_INTEGER);

const upTo = <A, W>(item: t.Type<A, W, unknown>) =>
  listOf(`up to ${namesMax} of ${item.name}`, item, 0, namesMax);

/** `POST /v1/vault/find`. */
export const FindRequest = exact('names to find', { names: upTo(Name), pseudonyms: upTo(Pseudonym) }, {});
/**
 * In the order of the request; null if the vault does not know the name. `identifier` is null for a forgotten
 * person.
 */
export const FindAnswer = exact(
  'who was found',
  {
    pseudonyms: upTo(nullable(Pseudonym)),
    people: upTo(nullable(exact('a person', { identifier: nullable(Name) }, {}))),
  },
  {},
);

/** `POST /v1/vault/admit`. */
export const AdmitRequest = exact(
  'names to admit',
  { names: upTo(Name), lookedUpTo: nullable(Position) },
  {},
);
/** In the order of the request; or the position up to which to search the log first. */
export const AdmitAnswer = exact(
  'who was admitted',
  {},
  { pseudonyms: upTo(Pseudonym), lookUpTo: Position },
  ({ pseudonyms, lookUpTo }) =>
    (pseudonyms === undefined) === (lookUpTo === undefined)
      ? [{ pointer: '', message: 'expected either pseudonyms or lookUpTo' }]
      : [],
);

/** `POST /v1/vault/forget`. */
export const ForgetRequest = exact('a person to forget', { pseudonym: Pseudonym, saidAt: Position }, {});
/** The pseudonym now stands for nobody. */
export const ForgetAnswer = exact('somebody forgotten', { forgotten: t.literal(true) }, {});

/** `GET /v1/vault`. */
export const SharedVault = exact('a shared vault', { version: t.literal(2) }, {});
