/** Policy packs: legal policies as files, each a text in Cedar beside a description with its dates. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import * as E from 'fp-ts/lib/Either.js';
import { codeUnitOrder } from '../domain/events/code-unit-order.ts';
import { exact } from '../domain/events/codec.ts';
import { type Fault, faultsOf } from '../domain/events/fault.ts';
import { Identifier } from '../domain/events/identifier.ts';
import { DateTimeOrDate, lineOf } from '../domain/events/scalars.ts';
import type { Proposal } from '../domain/policy/proposed-version.ts';

/** The description of a pack: `<name>.json` beside `<name>.cedar`. */
const PackDescription = exact(
  'a policy pack',
  {
    policy: Identifier,
    title: lineOf('a title'),
    effectiveFrom: DateTimeOrDate,
  },
  { authority: lineOf('an authority'), effectiveUntil: DateTimeOrDate },
);

/** One version of a legal policy. Several packs of one policy are its versions, in order of their dates. */
export interface PolicyPack {
  readonly name: string;
  /** The data of the `PolicyAdopted` event that adopts it. */
  readonly proposal: Proposal;
}

/** A pack whose description is malformed. */
export interface MalformedPack {
  readonly name: string;
  readonly faults: ReadonlyArray<Fault>;
}

/**
 * Reads the packs of a directory, ordered by policy and date.
 *
 * @throws errors of reading files or parsing their JSON.
 */
export const readPacks = (
  directory: string,
): E.Either<ReadonlyArray<MalformedPack>, ReadonlyArray<PolicyPack>> => {
  const malformed: MalformedPack[] = [];
  const packs: PolicyPack[] = [];
  for (const file of readdirSync(directory)) {
    if (!file.endsWith('.cedar')) continue;
    const name = file.slice(0, -'.cedar'.length);
    const described = PackDescription.decode(
      JSON.parse(readFileSync(join(directory, `${name}.json`), 'utf8')),
    );
    if (E.isLeft(described)) malformed.push({ name, faults: faultsOf(described.left) });
    else {
      packs.push({
        name,
        proposal: { ...described.right, cedar: readFileSync(join(directory, file), 'utf8') },
      });
    }
  }
  const order = (a: PolicyPack, b: PolicyPack): number =>
    codeUnitOrder(a.proposal.policy, b.proposal.policy) ||
    a.proposal.effectiveFrom - b.proposal.effectiveFrom;
  return malformed.length > 0 ? E.left(malformed) : E.right(packs.sort(order));
};
