/** The server's mapping for imports that bring none: a file, read once at the start. */
import { readFileSync } from 'node:fs';
import * as E from 'fp-ts/lib/Either.js';
import { Mapping } from '../import/mapping/mapping.ts';

/**
 * The mapping in the file; undefined without a file.
 *
 * @throws if the file cannot be read or is not a mapping; the message names the place.
 */
export const importMappingIn = async (file: string | undefined): Promise<Mapping | undefined> => {
  if (file === undefined) return undefined;
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch {
    throw new Error(`LEDGER_IMPORT_MAP: ${file} cannot be read; expected a mapping file in YAML`);
  }
  const { readMapping } = await import('../import/mapping/read-mapping.ts');
  const mapping = readMapping(text, Mapping);
  if (E.isRight(mapping)) return mapping.right;
  const faults = mapping.left.map(({ pointer, message }) => `${pointer} ${message}`.trim());
  throw new Error(`LEDGER_IMPORT_MAP: ${file}: ${faults.join('; ')}`);
};
