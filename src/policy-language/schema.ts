/** What policies can speak of: the Cedar schema that adoption validates against. */
import { readFileSync } from 'node:fs';

/** The text of `schema.cedarschema`. */
export const cedarSchema: string = readFileSync(new URL('./schema.cedarschema', import.meta.url), 'utf8');
