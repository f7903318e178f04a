/**
 * The evidence of a lie that a monitor stores: what the operator showed and what the monitor found, byte for byte.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Something the operator showed that is wrong. */
export interface Evidence {
  readonly kind: 'checkpoint' | 'fork' | 'leaf' | 'history' | 'index' | 'answer';
  /** What is wrong, in a sentence. */
  readonly what: string;
  /** The last verified checkpoint, as a note. */
  readonly verified: string | undefined;
  /** The requested paths with the operator's answers. */
  readonly operator: Readonly<Record<string, Uint8Array>>;
  /** What the monitor has instead. */
  readonly own: Readonly<Record<string, Uint8Array>>;
}

/** Bytes as text if they are UTF-8, otherwise in Base 64. */
const shown = (bytes: Uint8Array): object => {
  try {
    return { text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
  } catch {
    return { base64: Buffer.from(bytes).toString('base64') };
  }
};
const shownAll = (all: Readonly<Record<string, Uint8Array>>): object =>
  Object.fromEntries(Object.entries(all).map(([name, bytes]) => [name, shown(bytes)]));

/** Stores a piece of evidence in a directory. Returns its file. */
export const keepEvidence = (directory: string, evidence: Evidence, now: number): string => {
  const folder = join(directory, 'evidence');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const at = new Date(now).toISOString();
  const file = join(folder, `${at.replaceAll(':', '-')}-${evidence.kind}-${process.hrtime.bigint()}.json`);
  const { kind, what, verified, operator, own } = evidence;
  const kept = {
    at,
    kind,
    what,
    verified: verified ?? null,
    operator: shownAll(operator),
    own: shownAll(own),
  };
  writeFileSync(file, `${JSON.stringify(kept, undefined, 2)}\n`, { mode: 0o600, flag: 'wx' });
  return file;
};
