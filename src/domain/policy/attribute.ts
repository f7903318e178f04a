/**
 * Attributes of entities, made of what is registered over time.
 */
import type { Described } from '../recording/registrations.ts';
import { beginning, never } from '../time/instant.ts';
import type { Varying } from '../time/varying.ts';
import type { Attribute } from './cedar/request-history.ts';
import type { Value } from './cedar/value.ts';

/** An attribute that never changes. */
export const constantly = (value: Value): Attribute => [{ from: beginning, to: never, value }];

/** One field of a description as an attribute: missing where the description has none. */
export const attributeOf = <D>(
  described: Varying<Described<D>>,
  field: (description: D) => Value | undefined,
): Attribute =>
  described.flatMap(({ from, to, value: { description, events } }) => {
    const value = field(description);
    return value === undefined ? [] : [{ from, to, value, events }];
  });
