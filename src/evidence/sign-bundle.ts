/**
 * Signing a bundle: by the ledger's Ed25519 key, whose signature is the same each time.
 */
import { formatSignature, type NoteSigner, signNote } from '../integrity/signed-note.ts';
import { type Bundle, statementOf, type UnsignedBundle } from './bundle.ts';

/** The bundle with the signature of the ledger over all of it. */
export const signBundle = (bundle: UnsignedBundle, origin: string, signer: NoteSigner): Bundle => {
  const { signatures } = signNote(statementOf(origin, bundle), [signer]);
  return { ...bundle, signature: signatures.map(formatSignature).join('') };
};
