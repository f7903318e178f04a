/**
 * The offline world atlas, prepared when the console is built: the projected outline of each country, and a point in each
 * country and territory for sites without coordinates. The browser needs neither the atlas nor its topology.
 */
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { geoArea, geoCentroid, geoPath } from 'd3-geo';
import { feature } from 'topojson-client';
import type { GeometryCollection, Topology } from 'topojson-specification';
import type { Plugin } from 'vite';
import { alpha2Of } from './iso-3166.ts';
import { worldProjection } from './projection.ts';

type Atlas = Topology<{ countries: GeometryCollection<{ name: string }> }>;
type Country = ReturnType<typeof countriesOf>[number];

const require = createRequire(import.meta.url);

const countriesOf = (file: string) => {
  const atlas = JSON.parse(readFileSync(require.resolve(`world-atlas/${file}`), 'utf8')) as Atlas;
  return feature(atlas, atlas.objects.countries).features;
};

const codeOf = ({ id, properties }: Country): string | undefined =>
  properties.name === 'Kosovo' ? 'XK' : alpha2Of.get(String(id));

/** The centre of a country's largest part. The centre of all parts of France would be in the sea. */
const pointOf = ({ geometry }: Country): readonly [number, number] => {
  const parts =
    geometry.type === 'MultiPolygon'
      ? geometry.coordinates.map((coordinates) => ({ type: 'Polygon' as const, coordinates }))
      : [geometry];
  const largest = parts.reduce((best, part) => (geoArea(part) > geoArea(best) ? part : best));
  const [longitude, latitude] = geoCentroid(largest as Parameters<typeof geoCentroid>[0]);
  return [Math.round(longitude * 100) / 100, Math.round(latitude * 100) / 100];
};

const world = (): string => {
  const path = geoPath(worldProjection()).digits(1);
  const shapes = countriesOf('countries-110m.json')
    .filter(({ properties }) => properties.name !== 'Antarctica')
    .map((country) => [codeOf(country) ?? '', path(country) ?? '']);
  const points: Record<string, readonly [number, number]> = {};
  for (const country of countriesOf('countries-50m.json')) {
    const code = codeOf(country);
    if (code !== undefined && points[code] === undefined) points[code] = pointOf(country);
  }
  return `export const shapes = ${JSON.stringify(shapes)};\nexport const points = ${JSON.stringify(points)};\n`;
};

const moduleName = 'virtual:world';

/** The plugin that makes `virtual:world`. */
export const countryPoints = (): Plugin => ({
  name: 'domicile-world',
  resolveId: (id) => (id === moduleName ? `\0${moduleName}` : undefined),
  load: (id) => (id === `\0${moduleName}` ? world() : undefined),
});
