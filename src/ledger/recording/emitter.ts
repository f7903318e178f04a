/** The caller who records events (R24). */
import type { Attribution } from '../../domain/recording/attribution.ts';
import type { Bounds } from '../../domain/recording/bounds.ts';

/** A caller who records events: the name of the key, its authority and its bounds. */
export type Emitter = Attribution & { readonly authority: string; readonly bounds: Bounds };
