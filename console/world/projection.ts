/**
 * The projection of the map: Equal Earth (Šavrič, Patterson, Jenny 2018), which keeps areas comparable. The build projects
 * shapes with it, the browser points.
 */
import { type GeoProjection, geoEqualEarth } from 'd3-geo';

/** The width and height of the whole world in map units; Antarctica is cut off. */
export const worldWidth = 1000;
export const worldHeight = 430;

/** Projects longitude and latitude in degrees to map units. */
export const worldProjection = (): GeoProjection =>
  geoEqualEarth()
    .rotate([-11, 0])
    .scale(worldWidth / 5.43)
    .translate([worldWidth / 2, worldHeight / 2 + 24])
    .precision(0.2);
