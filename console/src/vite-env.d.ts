declare module 'virtual:world' {
  /** The code and the outline of each country, as an SVG path in map units. */
  export const shapes: ReadonlyArray<readonly [code: string, path: string]>;
  /** Longitude and latitude of a point in each country or territory, by its code. */
  export const points: Readonly<Record<string, readonly [number, number]>>;
}
