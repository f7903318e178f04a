/** Derives a file name and the page for human readers from a bundle. */
import * as E from 'fp-ts/lib/Either.js';
import { parseBundle } from '../../../src/evidence/bundle.ts';
import { evidencePage } from '../../../src/evidence/page.ts';

/** @throws if the text is not a bundle. */
export const openBundle = (text: string): { readonly name: string; readonly page: string } => {
  const bundle = parseBundle(text);
  if (E.isLeft(bundle)) throw new Error(`the ledger sent no evidence bundle: ${bundle.left.message}`);
  const { about, knownPosition } = bundle.right.asked;
  return { name: `evidence-${about}-${knownPosition}`, page: evidencePage(bundle.right) };
};
