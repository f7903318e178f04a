/** The elements of a map: places, and the ways between them. */

/** The mark of a place; each has its own shape besides its colour. */
export type PlaceLook = 'live' | 'backup' | 'overdue' | 'idle' | 'reach';

export interface Place {
  readonly id: string;
  readonly label: string;
  readonly country: string | null;
  readonly latitude: number | null;
  readonly longitude: number | null;
  readonly look: PlaceLook;
  /** Radius in pixels. */
  readonly size: number;
}

export interface Way {
  readonly id: string;
  /** Ids of places. */
  readonly from: string;
  readonly to: string;
  readonly look: 'move' | 'backup' | 'reach';
  /** Width in pixels. */
  readonly width: number;
  readonly words: string;
  /** Shown at its middle. */
  readonly label?: string;
}

/** Kinds of places, the most important first. */
export const lookOrder: ReadonlyArray<PlaceLook> = ['overdue', 'live', 'backup', 'reach', 'idle'];

/** A country as a place from which data is reached. */
export const countryPlace = (code: string): Place => ({
  id: `country ${code}`,
  label: code,
  country: code,
  latitude: null,
  longitude: null,
  look: 'reach',
  size: 4,
});
