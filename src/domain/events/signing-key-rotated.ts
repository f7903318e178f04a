import type { TypeOf } from 'io-ts';
import { exact, text } from './codec.ts';

/** The longest verifier key: one of ML-DSA-44 takes 1,751 characters beside its name. */
const verifierKeyCharactersMax = 4_096;

/** A verifier key (C2SP signed-note), as text: its name, the id, and the public key in Base 64. */
const VerifierKeyText = text(
  `a verifier key, name+id+base64, of up to ${verifierKeyCharactersMax} characters`,
  (value) =>
    value.length <= verifierKeyCharactersMax && /^[^\s+]+\+[0-9a-f]{8}\+[A-Za-z0-9+/]+={0,2}$/u.test(value),
);

/** From now on this key, which succeeds the previous one, also signs the log. Appended by the ledger itself. */
export const SigningKeyRotated = exact('SigningKeyRotated', { key: VerifierKeyText }, {});
export type SigningKeyRotated = TypeOf<typeof SigningKeyRotated>;
