/**
 * ISO 3166-1 alpha-2: the officially assigned codes, and the ones the standard leaves to users (AA, QM to QZ, XA to XZ, ZZ).
 */
import type * as t from 'io-ts';
import { text } from './codec.ts';

const assigned = new Set(
  (
    'AD AE AF AG AI AL AM AO AQ AR AS AT AU AW AX AZ BA BB BD BE BF BG BH BI BJ BL BM BN BO BQ BR BS BT BV BW BY BZ ' +
    'CA CC CD CF CG CH CI CK CL CM CN CO CR CU CV CW CX CY CZ DE DJ DK DM DO DZ EC EE EG EH ER ES ET FI FJ FK FM FO FR ' +
    'GA GB GD GE GF GG GH GI GL GM GN GP GQ GR GS GT GU GW GY HK HM HN HR HT HU ID IE IL IM IN IO IQ IR IS IT JE JM JO JP ' +
    'KE KG KH KI KM KN KP KR KW KY KZ LA LB LC LI LK LR LS LT LU LV LY MA MC MD ME MF MG MH MK ML MM MN MO MP MQ MR MS MT ' +
    'MU MV MW MX MY MZ NA NC NE NF NG NI NL NO NP NR NU NZ OM PA PE PF PG PH PK PL PM PN PR PS PT PW PY QA RE RO RS RU RW ' +
    'SA SB SC SD SE SG SH SI SJ SK SL SM SN SO SR SS ST SV SX SY SZ TC TD TF TG TH TJ TK TL TM TN TO TR TT TV TW TZ ' +
    'UA UG UM US UY UZ VA VC VE VG VI VN VU WF WS YE YT ZA ZM ZW'
  ).split(' '),
);

const userAssigned = /^(?:AA|Q[M-Z]|X[A-Z]|ZZ)$/;

/** Whether the code is an ISO 3166-1 alpha-2 code, user-assigned ones included. */
export const isCountryCode = (code: string): boolean => assigned.has(code) || userAssigned.test(code);

/** An ISO 3166-1 alpha-2 code in capitals. */
export const CountryCode: t.Type<string, string, unknown> = text(
  'an ISO 3166-1 alpha-2 country code in capitals, such as "US" (the United Kingdom is "GB")',
  isCountryCode,
);

/** The jurisdiction of a population: a country, or `EU`. */
export const Jurisdiction: t.Type<string, string, unknown> = text(
  'an ISO 3166-1 alpha-2 country code in capitals, such as "US", or "EU"',
  (code) => code === 'EU' || isCountryCode(code),
);

/** ISO 3166-2: a country code, a hyphen, and one to three letters or digits. */
export const SubdivisionCode: t.Type<string, string, unknown> = text(
  'an ISO 3166-2 subdivision code, such as "US-VA"',
  (code) => /^[A-Z]{2}-[A-Z0-9]{1,3}$/.test(code) && isCountryCode(code.slice(0, 2)),
);

/** Codes that people write although they are not assigned, or not any more; and what to write instead. */
const mistaken: Readonly<Record<string, string>> = {
  UK: 'the United Kingdom is "GB"',
  EL: 'Greece is "GR"',
  USA: 'the United States are "US"',
  EN: 'England is part of the United Kingdom, "GB"',
  AN: 'the Netherlands Antilles are "BQ", "CW" and "SX" since 2010',
  CS: 'Serbia is "RS", Montenegro is "ME"',
  YU: 'Serbia is "RS", Montenegro is "ME"',
  DD: 'Germany is "DE"',
  SU: 'the Soviet Union has no code; Russia is "RU"',
  TP: 'Timor-Leste is "TL"',
  ZR: 'the Democratic Republic of the Congo is "CD"',
  BU: 'Myanmar is "MM"',
};

const namesOfCountries = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });
let codesByName: ReadonlyMap<string, string> | undefined;

const codeOfName = (name: string): string | undefined => {
  codesByName ??= new Map(
    [...assigned].map((code) => [namesOfCountries.of(code)?.toLowerCase() ?? code, code]),
  );
  return codesByName.get(name.toLowerCase());
};

/**
 * What to write instead of an unassigned code.
 *
 * @param of where the code is used: `EU` is a jurisdiction of people, not a country.
 */
export const rightCountryCode = (code: string, of: 'country' | 'jurisdiction'): string => {
  const capitals = code.trim().toUpperCase();
  const known = mistaken[capitals];
  if (known !== undefined) return known;
  if (capitals === 'EU')
    return of === 'jurisdiction'
      ? 'write "EU" in capitals'
      : 'the European Union is a jurisdiction, not a country; list its countries';
  if (isCountryCode(capitals)) return `write "${capitals}"`;
  const named = codeOfName(code.trim());
  return named === undefined
    ? 'expected an ISO 3166-1 alpha-2 code such as "US"'
    : `${code.trim()} is "${named}"`;
};
