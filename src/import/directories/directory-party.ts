/**
 * People and groups of a directory as parties.
 */
import { type Fact, type ForeignEvent, standingEvent } from '../imported/foreign-event.ts';
import { type Mapping, partyFor } from '../mapping/mapping.ts';

/** A person or a group of a directory. */
export interface Entry {
  readonly id: string;
  /** Another name for rules, such as an address. It is not recorded. */
  readonly otherName?: string | undefined;
  readonly kind: 'person' | 'team';
  /** The display name of a group. That of a person is left out. */
  readonly name?: string | undefined;
}

/** The party of an entry: by the first name that matches a rule, otherwise its id in the directory. */
const partyOfEntry = (mapping: Mapping, directory: string, { id, otherName }: Entry): string => {
  const named = [`${directory}:${id}`, id, ...(otherName === undefined ? [] : [otherName])];
  for (const name of named) {
    const party = partyFor(mapping, name);
    if (party !== name) return party;
  }
  return `${directory}:${id}`;
};

/** The registration of the entry as a party, unless a rule maps it to a known one. */
export const entryRegistered = (
  mapping: Mapping,
  source: string,
  directory: string,
  entry: Entry,
): ReadonlyArray<ForeignEvent> => {
  const party = partyOfEntry(mapping, directory, entry);
  if (party !== `${directory}:${entry.id}`) return [];
  const name = entry.kind === 'team' ? (entry.name ?? party) : party;
  return [standingEvent(source, { type: 'PartyRegistered', data: { party, kind: entry.kind, name } })];
};

/** The beginning or the end of a membership. */
export const membership = (
  mapping: Mapping,
  directory: string,
  type: 'MembershipBegan' | 'MembershipEnded',
  member: Entry,
  group: Entry,
): Fact => ({
  type,
  data: {
    member: partyOfEntry(mapping, directory, member),
    group: partyOfEntry(mapping, directory, group),
  },
});
