/**
 * Templates of policies: texts in Cedar (R17) made of a few names. Pure, and without Cedar's engine, so that a browser
 * makes the same text as the command line. Each is a starting point: read the text before you adopt it.
 */
import * as E from 'fp-ts/lib/Either.js';

/** What a parameter of a template is. */
export type TemplateParameterKind = 'party' | 'population' | 'country' | 'countries';

export interface TemplateParameter {
  readonly name: string;
  readonly kind: TemplateParameterKind;
  readonly says: string;
  /** What it is where it is not given; it has to be given if there is none. */
  readonly default?: string;
}

/** A policy made of a template, as it is adopted. */
export interface TemplatedPolicy {
  readonly title: string;
  readonly authority: string | null;
  readonly cedar: string;
}

export interface PolicyTemplate {
  readonly name: string;
  readonly title: string;
  readonly says: string;
  readonly parameters: ReadonlyArray<TemplateParameter>;
  readonly make: (values: Readonly<Record<string, string>>) => TemplatedPolicy;
}

/** A text as a literal of Cedar. Identifiers hold no controls; of others Cedar knows the same escapes as JSON. */
const literal = (text: string): string => JSON.stringify(text);

const setOf = (codes: ReadonlyArray<string>): string => `[${codes.map(literal).join(', ')}]`;

const codesIn = (text: string): ReadonlyArray<string> => text.split(/[\s,]+/).filter((code) => code !== '');

/** The European Economic Area, with the territories that have their own codes and in which Union law applies. */
const economicArea =
  'AT BE BG HR CY CZ DK EE FI FR DE GR HU IE IT LV LT LU MT NL PL PT RO SK SI ES SE IS LI NO AX GF GP MF MQ RE YT';

/** The codes of the European Economic Area, and `EU` itself. */
export const economicAreaCodes: ReadonlyArray<string> = ['EU', ...codesIn(economicArea)];

/** Countries with a decision of the Commission that their protection is adequate, since 10 July 2023. */
const adequateCountries = 'AD AR CA CH FO GB GG IL IM JE JP KR NZ US UY';

/** Countries of concern (28 CFR 202.601); China with Hong Kong and Macao. */
const countriesOfConcern = 'CN HK MO CU IR KP RU VE';

const keepOut: PolicyTemplate = {
  name: 'keep-out',
  title: 'Keep a party out of a population’s data',
  says: 'A party, and everybody who works for it, is in one of its teams or is controlled by it, must not be able to reach the data.',
  parameters: [
    { name: 'party', kind: 'party', says: 'the party that is kept out' },
    { name: 'population', kind: 'population', says: 'the people whose data it is' },
  ],
  make: ({ party = '', population = '' }) => ({
    title: `${party} is kept out of the data of ${population}`,
    authority: null,
    cedar: `@id("keep-out")
forbid(principal in Party::${literal(party)}, action == Action::"reach", resource)
when { resource has population && resource.population == ${literal(population)} };
`,
  }),
};

const staysIn: PolicyTemplate = {
  name: 'stays-in',
  title: 'A population’s data stays in a country',
  says: 'Data of the people must not be kept in another country, backups included. Who can reach it from where is not judged.',
  parameters: [
    { name: 'population', kind: 'population', says: 'the people whose data it is' },
    { name: 'country', kind: 'country', says: 'the country, ISO 3166-1 alpha-2' },
  ],
  make: ({ population = '', country = '' }) => ({
    title: `The data of ${population} stays in ${country}`,
    authority: null,
    cedar: `@id("stays-in")
forbid(principal, action == Action::"store", resource)
when { resource has population && resource.population == ${literal(population)} }
unless { resource.country == ${literal(country)} };
`,
  }),
};

/** Categories of sensitive personal data (28 CFR 202.249). A profile links the identifiers of a person. */
export const sensitiveCategories: ReadonlyArray<string> = [
  'identifiers',
  'profile',
  'geolocation',
  'biometric',
  'genomic',
  'health',
  'financial',
  'government-related',
];

/** A rule that finds every reach of a covered person (28 CFR 202.211) to data of people under US jurisdiction. */
export const coveredPersonsRule = `@id("covered-person-reaches-data")
@ownedFrom(${literal(codesIn(countriesOfConcern).join(','))})
forbid(principal, action == Action::"reach", resource)
when { resource.jurisdiction == "US" && (context.ownedFrom || context.employedFrom) };
`;

const coveredPersons: PolicyTemplate = {
  name: '28-cfr-202',
  title: '28 CFR part 202: covered persons and the sensitive data of US persons',
  says: 'Parties at home in a country of concern, those owned from one at 50 percent or more, and those who work for them must not be able to reach sensitive data of people under US jurisdiction.',
  parameters: [
    {
      name: 'countries',
      kind: 'countries',
      says: 'the countries of concern (202.601)',
      default: countriesOfConcern,
    },
  ],
  make: ({ countries = countriesOfConcern }) => ({
    title: coveredPersons.title,
    authority: '28 CFR part 202, 90 FR 1636',
    cedar: `@id("covered-person-reaches-sensitive-data")
@ownedFrom(${literal(codesIn(countries).join(','))})
@limits("Any number of people counts as bulk. Exempt, licensed and restricted transactions that meet the security requirements are not told apart. A control without a share counts as one of the whole party.")
forbid(principal, action == Action::"reach", resource)
when {
  resource.jurisdiction == "US" &&
  (context.ownedFrom || context.employedFrom) &&
  resource.categories.containsAny(${setOf(sensitiveCategories)})
};
`,
  }),
};

/** One rule of chapter V: of where data is, or of who can reach it. */
const thirdCountryRule = (id: string, action: string, of: string, adequate: ReadonlyArray<string>): string =>
  `@id("${id}")
@limits("A finding means that a transfer needs another basis of chapter V: the ledger knows adequacy alone. A decision for some recipients only counts for all of them.")
forbid(principal, action == Action::"${action}", resource)
when { ${setOf(economicAreaCodes)}.contains(resource.jurisdiction) }
unless { ${setOf([...codesIn(economicArea), ...adequate])}.contains(${of}.country) };
`;

const thirdCountries: PolicyTemplate = {
  name: 'gdpr-chapter-v',
  title: 'GDPR chapter V: data of people in the EEA in, or reachable from, third countries',
  says: 'Data of people under the jurisdiction of the EEA must not be kept in, or be reachable by parties of, a country without a decision that its protection is adequate.',
  parameters: [
    {
      name: 'adequate',
      kind: 'countries',
      says: 'countries outside the EEA whose protection was found adequate (article 45)',
      default: adequateCountries,
    },
  ],
  make: ({ adequate = adequateCountries }) => ({
    title: thirdCountries.title,
    authority: 'Regulation (EU) 2016/679, articles 44 to 50',
    cedar: [
      thirdCountryRule('stored-in-third-country', 'store', 'resource', codesIn(adequate)),
      thirdCountryRule('reachable-from-third-country', 'reach', 'principal', codesIn(adequate)),
    ].join('\n'),
  }),
};

/** All templates, in the order in which they are offered. */
export const policyTemplates: ReadonlyArray<PolicyTemplate> = [
  keepOut,
  staysIn,
  coveredPersons,
  thirdCountries,
];

/** The policy that a template makes of its parameters; otherwise which parameter is missing, unknown or malformed. */
export const policyOfTemplate = (
  name: string,
  given: Readonly<Record<string, string>>,
): E.Either<string, TemplatedPolicy> => {
  const template = policyTemplates.find((each) => each.name === name);
  if (template === undefined)
    return E.left(
      `no template ${name}; expected one of ${policyTemplates.map((each) => each.name).join(', ')}`,
    );
  const { parameters } = template;
  const unknown = Object.keys(given).find((key) => parameters.every((each) => each.name !== key));
  if (unknown !== undefined)
    return E.left(
      `the template ${name} takes no ${unknown}; it takes ${parameters.map((each) => each.name).join(', ')}`,
    );
  const values: Record<string, string> = {};
  for (const { name: parameter, kind, default: absent } of parameters) {
    const value = given[parameter] ?? absent;
    if (value === undefined || value === '') return E.left(`the template ${name} needs ${parameter}`);
    const codes = kind === 'country' ? [value] : kind === 'countries' ? codesIn(value) : [];
    const wrong = codes.find((code) => !/^[A-Z]{2}$/.test(code));
    if (wrong !== undefined)
      return E.left(
        `${parameter}: expected codes of countries such as US (ISO 3166-1 alpha-2), found ${wrong}`,
      );
    values[parameter] = value;
  }
  return E.right(template.make(values));
};
