/** The text of the Cedar schema: what policies can speak of. Adoption validates against it. */
export const cedarSchema = `// The entities and attributes that policies of Domicile can use. Cedar's documentation of the format:
// https://docs.cedarpolicy.com/schema/human-readable-schema.html
//
// The schema requires every attribute. If the ledger does not know one, a rule that reads it fails, and its verdict is
// \`indeterminate\`; use \`has\` to check first.

// A country, by its ISO 3166-1 alpha-2 code: Country::"US".
entity Country;

// An organisation, a team, a person or a service, by its id: Party::"bytedance".
// It is in its teams, in the organisations that employ it, in those that control it, in its country, and in everything
// that these are in.
entity Party in [Party, Country] {
  // "organisation", "team", "person" or "service".
  kind: String,
  // Its own country, an ISO 3166-1 alpha-2 code.
  country: String,
};

// A place that stores data, by its id: Site::"singapore". It is in its country.
entity Site in [Country];

// The data of one scope of one dataset at one site, limited to the people of one population. It is in its site, and so in
// the country of the site.
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

// Whether the principal is owned from the countries in the rule's annotation @ownedFrom("CN,RU"): it is in one of them, or
// owners that are owned from them together hold 50 percent or more of it, directly or indirectly. A rule without that
// annotation has an empty context.
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
