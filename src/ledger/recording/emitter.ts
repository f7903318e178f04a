/**
 * Who records events (R24).
 */
import type { Attribution } from '../../domain/recording/attribution.ts';

/** Somebody who records events: the name of the key, and the authority that it gives. */
export type Emitter = Attribution & { readonly authority: string };
