/** Signed notes (C2SP signed-note): a text, and signature lines by named keys. */
import * as E from 'fp-ts/lib/Either.js';
import { sha256OfPieces } from '#sha256';

/** A signature line: the key's name and id, and the signature's bytes. */
export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of a hash of the key, as a number. */
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** A parsed note with unverified signatures. */
export interface SignedNote {
  /** Ends with a line feed. */
  readonly text: string;
  readonly signatures: ReadonlyArray<NoteSignature>;
}

/** A key that verifies signatures on notes. */
export interface NoteVerifier {
  readonly name: string;
  readonly keyId: number;
  /** Whether the signature on the text is by this key. */
  verify(text: string, signature: Uint8Array): boolean;
}

/** A key that signs notes. */
export interface NoteSigner {
  readonly name: string;
  readonly keyId: number;
  sign(text: string): Uint8Array;
}

/** Signatures to read in a note: one may take five kilobytes. */
export const noteSignaturesMax = 64;
/** The maximum length of a note in characters. */
const noteCharactersMax = 1_000_000;

const signatureStart = '— ';
const idBytes = 4;

/** Whether a text can be the name of a key: not empty, no spaces, no plus. */
export const isKeyName = (name: string): boolean => name.length > 0 && !/[\s+]/u.test(name);

/** The id of a key: the first four bytes of the hash of its name, its type and its public key. */
export const keyIdOf = (name: string, type: number, publicKey: Uint8Array): number => {
  const digest = sha256OfPieces([new TextEncoder().encode(`${name}\n`), Uint8Array.of(type), publicKey]);
  return new DataView(digest.buffer, digest.byteOffset, idBytes).getUint32(0);
};

/** Encodes bytes in standard Base 64 (RFC 4648, 4). */
export const toBase64 = (bytes: Uint8Array): string => {
  let text = '';
  for (const byte of bytes) text += String.fromCharCode(byte);
  return btoa(text);
};

/** Decodes standard Base 64; undefined for any non-canonical text. */
export const fromBase64 = (text: string): Uint8Array | undefined => {
  try {
    const decoded = atob(text);
    return btoa(decoded) === text
      ? Uint8Array.from(decoded, (character) => character.charCodeAt(0))
      : undefined;
  } catch {
    return undefined;
  }
};

const hasControls = (text: string): boolean => {
  for (let at = 0; at < text.length; at++) {
    const code = text.charCodeAt(at);
    if (code < 0x20 && code !== 0x0a) return true;
  }
  return false;
};

/** A signature line with its line feed. */
export const formatSignature = ({ name, keyId, signature }: NoteSignature): string => {
  const bytes = new Uint8Array(idBytes + signature.length);
  new DataView(bytes.buffer).setUint32(0, keyId);
  bytes.set(signature, idBytes);
  return `${signatureStart}${name} ${toBase64(bytes)}\n`;
};

/** Parses a signature line without its line feed. */
const parseSignature = (line: string): NoteSignature | undefined => {
  if (!line.startsWith(signatureStart)) return undefined;
  const [name, encoded, ...more] = line.slice(signatureStart.length).split(' ');
  if (name === undefined || encoded === undefined || more.length > 0 || !isKeyName(name)) return undefined;
  const bytes = fromBase64(encoded);
  if (bytes === undefined || bytes.length <= idBytes) return undefined;
  return {
    name,
    keyId: new DataView(bytes.buffer, bytes.byteOffset, idBytes).getUint32(0),
    signature: bytes.subarray(idBytes),
  };
};

/** Parses signature lines without a text, as in a witness's answer. */
export const parseSignatures = (lines: string): E.Either<string, ReadonlyArray<NoteSignature>> => {
  if (!lines.endsWith('\n')) return E.left('the last signature line is not terminated');
  const read = lines.slice(0, -1).split('\n');
  if (read.length > noteSignaturesMax)
    return E.left(`the note has more than ${noteSignaturesMax} signatures`);
  const signatures = read.map(parseSignature);
  const wrong = signatures.indexOf(undefined);
  return wrong === -1
    ? E.right(signatures as ReadonlyArray<NoteSignature>)
    : E.left(`line ${wrong + 1} of the signatures is not "— name base64"`);
};

/** The text of the note, with signatures. */
export const formatNote = ({ text, signatures }: SignedNote): string =>
  `${text}\n${signatures.map(formatSignature).join('')}`;

/** Parses a note without verifying it. */
export const parseNote = (note: string): E.Either<string, SignedNote> => {
  if (note.length > noteCharactersMax)
    return E.left(`the note has more than ${noteCharactersMax} characters`);
  if (hasControls(note)) return E.left('the note has control characters');
  const split = note.lastIndexOf('\n\n');
  if (split === -1) return E.left('the note has no empty line before its signatures');
  const signatures = parseSignatures(note.slice(split + 2));
  return E.isLeft(signatures)
    ? signatures
    : E.right({ text: note.slice(0, split + 1), signatures: signatures.right });
};

/** Signs a text, which must end with a line feed. */
export const signNote = (text: string, signers: ReadonlyArray<NoteSigner>): SignedNote => ({
  text,
  signatures: signers.map((signer) => ({
    name: signer.name,
    keyId: signer.keyId,
    signature: signer.sign(text),
  })),
});

/** Whether the note has a signature line for each of the keys, by name and id. */
export const isSignedByAll = (
  { signatures }: SignedNote,
  keys: ReadonlyArray<Pick<NoteVerifier, 'name' | 'keyId'>>,
): boolean =>
  keys.every((key) => signatures.some(({ name, keyId }) => name === key.name && keyId === key.keyId));

/** A note with at least one valid signature by a known key, and no invalid one by a known key. */
export interface VerifiedNote extends SignedNote {
  /** The keys with valid signatures, without repetition, in the order of the note. */
  readonly by: ReadonlyArray<NoteVerifier>;
}

/**
 * Verifies a note with trusted keys. Signatures of other keys are ignored.
 *
 * @returns otherwise why it cannot be trusted: no known key signed it, or the signature of a known key is invalid.
 */
export const verifyNote = (
  note: SignedNote,
  verifiers: ReadonlyArray<NoteVerifier>,
): E.Either<string, VerifiedNote> => {
  const by: NoteVerifier[] = [];
  for (const { name, keyId, signature } of note.signatures) {
    const verifier = verifiers.find((each) => each.name === name && each.keyId === keyId);
    if (verifier === undefined || by.includes(verifier)) continue;
    if (!verifier.verify(note.text, signature)) return E.left(`the signature by ${name} is not valid`);
    by.push(verifier);
  }
  return by.length === 0 ? E.left('no trusted key signed it') : E.right({ ...note, by });
};
