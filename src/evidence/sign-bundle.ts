/**
 * Signing a bundle: by the ledger's Ed25519 keys, whose signatures are the same each time. There are two of them for a while
 * after a rotation (V4).
 */
import { formatSignature, type NoteSigner, signNote } from '../integrity/signed-note.ts';
import { type Bundle, statementOf, type UnsignedBundle } from './bundle.ts';

/** The bundle with the signature of the ledger over all of it. */
export const signBundle = (
  bundle: UnsignedBundle,
  origin: string,
  signers: ReadonlyArray<NoteSigner>,
): Bundle => {
  const { signatures } = signNote(statementOf(origin, bundle), signers);
  return { ...bundle, signature: signatures.map(formatSignature).join('') };
};
