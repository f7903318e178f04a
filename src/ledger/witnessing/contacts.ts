/** The servers of the witnesses of a policy: two witnesses may be one server with two keys. */
import type { PolicyWitness, TlogPolicy } from '../../integrity/tlog-policy.ts';
import type { WitnessServer } from './witness-client.ts';

/** A server of a witness, and what is known about it. */
export interface Contact extends WitnessServer {
  readonly witnesses: ReadonlyArray<PolicyWitness>;
  /** The last size known to be cosigned. */
  knownSize: number | undefined;
  submittedSize: number | undefined;
  submittedAt: number;
  failures: number;
  failure: string | undefined;
  /** Whether it has reported, since the start, what it knows of this log. */
  isKnown: boolean;
  wasTried: boolean;
  /** Whether it claims to know more of this log than the log has; nothing is signed then. */
  isAhead: boolean;
}

/** The servers that a policy names, of which nothing is known yet. */
export const contactsOf = ({ witnesses }: TlogPolicy): ReadonlyArray<Contact> => {
  const byUrl = new Map<string, PolicyWitness[]>();
  for (const witness of witnesses) {
    if (witness.url === undefined) continue;
    const url = witness.url.replace(/\/+$/, '');
    byUrl.set(url, [...(byUrl.get(url) ?? []), witness]);
  }
  return [...byUrl].map(([url, named]) => ({
    url,
    witnesses: named,
    keys: named.map(({ key }) => key),
    knownSize: undefined,
    submittedSize: undefined,
    submittedAt: Number.NEGATIVE_INFINITY,
    failures: 0,
    failure: undefined,
    isKnown: false,
    wasTried: false,
    isAhead: false,
  }));
};
