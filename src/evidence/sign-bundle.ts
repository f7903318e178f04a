/**
 * Signs a bundle with the ledger's Ed25519 keys, whose signatures are deterministic. After a rotation there are two
 * for a while (V4).
 */
import { formatSignature, type NoteSigner, signNote } from '../integrity/signed-note.ts';
import { type Bundle, statementOf, type UnsignedBundle } from './bundle.ts';

/** The bundle with the ledger's signature over all of it. */
export const signBundle = (
  bundle: UnsignedBundle,
  origin: string,
  signers: ReadonlyArray<NoteSigner>,
): Bundle => {
  const { signatures } = signNote(statementOf(origin, bundle), signers);
  return { ...bundle, signature: signatures.map(formatSignature).join('') };
};
