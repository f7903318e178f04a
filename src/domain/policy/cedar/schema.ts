/** The text of the Cedar schema: what policies can speak of. Adoption validates against it. */
export const cedarSchema = `// What policies of Domicile can speak of. Cedar's documentation of the format:
// https://docs.cedarpolicy.com/schema/human-readable-schema.html
//
// Every attribute is always there as far as the schema goes. Where the ledger does not know one, the rule that reads it
// is in error, and its verdict is \`indeterminate\`; \`has\` asks first.

// A country, by its ISO 3166-1 alpha-2 code: Country::"US".
entity Country;

// An organisation, a team, a person or a service, by its id: Party::"bytedance".
// It stands in its teams, in the organisations that employ it, in those that control it, and in its country; and so in
// everything that those stand in.
entity Party in [Party, Country] {
  // "organisation", "team", "person" or "service".
  kind: String,
  // Its own country, an ISO 3166-1 alpha-2 code.
  country: String,
};

// A place that stores data, by its id: Site::"singapore". It stands in its country.
entity Site in [Country];

// The data of one scope of one dataset at one site, as far as it is data of one population. It stands in its site, and
// so in the country of that.
entity Holding in [Site] {
  // The id of the dataset: "tiktok/profile".
  dataset: String,
  // The dataset's categories: ["profile", "messages"].
  categories: Set<String>,
  // The id of the population that the people are in at that instant.
  population: String,
  // The jurisdiction of that population: an ISO 3166-1 alpha-2 code, or "EU".
  jurisdiction: String,
  // The id of the site.
  site: String,
  // The country of the site, an ISO 3166-1 alpha-2 code.
  country: String,
  // Live data; a backup otherwise.
  live: Bool,
  // A backup held past its expiry.
  overdue: Bool,
};

// Whether the principal is owned from the countries that the rule's annotation @ownedFrom("CN,RU") names: it stands in one
// of them, or owners that are owned from them hold 50 percent or more of it together, directly or indirectly. A rule
// without that annotation has an empty context.
type Ownership = {
  // The principal itself.
  ownedFrom: Bool,
  // A team or an employer of the principal, or of its team, and so on.
  employedFrom: Bool,
};

// The holding is at its site. The principal is the site's operator.
action "store" appliesTo {
  principal: [Party],
  resource: [Holding],
  context: Ownership,
};

// The principal can reach the holding, along any path.
action "reach" appliesTo {
  principal: [Party],
  resource: [Holding],
  context: Ownership,
};
`;
