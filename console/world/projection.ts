/**
 * The one projection of every map here: Equal Earth (Šavrič, Patterson, Jenny 2018), so that areas compare. Shapes are
 * projected when the console is built, points in the browser, both by this.
 */
import { type GeoProjection, geoEqualEarth } from 'd3-geo';

/** The width and height of the whole world in map units; Antarctica is cut off. */
export const worldWidth = 1000;
export const worldHeight = 430;

/** From longitude and latitude in degrees to map units. */
export const worldProjection = (): GeoProjection =>
  geoEqualEarth()
    .rotate([-11, 0])
    .scale(worldWidth / 5.43)
    .translate([worldWidth / 2, worldHeight / 2 + 24])
    .precision(0.2);
