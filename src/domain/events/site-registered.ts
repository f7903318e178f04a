import type { TypeOf } from 'io-ts';
import { exact, numberWithin } from './codec.ts';
import { CountryCode, SubdivisionCode } from './countries.ts';
import { Identifier } from './identifier.ts';
import { lineOf } from './scalars.ts';

/** A place that stores data is described (R5). Coordinates are WGS 84 degrees. */
export const SiteRegistered = exact(
  'SiteRegistered',
  { site: Identifier, name: lineOf('a name'), country: CountryCode, operator: Identifier },
  {
    subdivision: SubdivisionCode,
    latitude: numberWithin('degrees of latitude, -90 to 90', -90, 90),
    longitude: numberWithin('degrees of longitude, -180 to 180', -180, 180),
    owner: Identifier,
  },
  (site) =>
    site.subdivision === undefined || site.subdivision.startsWith(`${site.country}-`)
      ? []
      : [
          {
            pointer: '/subdivision',
            message: `belongs to another country; expected a code that begins with "${site.country}-"`,
          },
        ],
);
export type SiteRegistered = TypeOf<typeof SiteRegistered>;
