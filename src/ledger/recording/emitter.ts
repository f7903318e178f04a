/**
 * Who records events (R24).
 */
import type { Attribution } from '../../domain/recording/attribution.ts';
import type { Bounds } from '../../domain/recording/bounds.ts';

/** Somebody who records events: the name of the key, the authority that it gives, and what it is bound to. */
export type Emitter = Attribution & { readonly authority: string; readonly bounds: Bounds };
