/** A parsed record with its place, or what is wrong there. `index` counts records from 0, `line` lines from 1. */
export type GivenRecord = {
  readonly index: number;
  readonly line?: number;
} & ({ readonly record: unknown } | { readonly fault: string });

/** Chunks of bytes. */
export type Bytes = AsyncIterable<Uint8Array> | Iterable<Uint8Array>;
