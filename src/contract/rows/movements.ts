/**
 * Rows about how data moved between sites.
 */
import * as t from 'io-ts';
import { exact, list, nullable, oneOf } from '../../domain/events/codec.ts';
import { Assurance } from '../../domain/events/words.ts';
import { Time, WirePosition } from './fields.ts';

/** How data moved from one site to another. */
export const MovementKind = oneOf('a kind of movement', ['move', 'copy', 'backup', 'backup-move', 'restore']);
export type MovementKind = t.TypeOf<typeof MovementKind>;

/** A movement, copy or backup between countries. */
export const TransferRow = exact(
  'TransferRow',
  {
    from: nullable(t.string),
    to: nullable(t.string),
    fromSite: t.string,
    toSite: t.string,
    dataset: t.string,
    population: nullable(t.string),
    kind: MovementKind,
    time: Time,
    subjects: t.number,
    event: WirePosition,
  },
  {},
);
export type TransferRow = t.TypeOf<typeof TransferRow>;

/** A site that had data of a dataset. */
const LineageNode = exact(
  'LineageNode',
  {
    site: t.string,
    name: nullable(t.string),
    country: nullable(t.string),
    operator: nullable(t.string),
    latitude: nullable(t.number),
    longitude: nullable(t.number),
  },
  {},
);

/** A movement of data of a dataset; `from` is null if it came from outside. */
const LineageEdge = exact(
  'LineageEdge',
  {
    from: nullable(t.string),
    to: t.string,
    kind: oneOf('a way data goes', ['place', ...MovementKind.words]),
    population: nullable(t.string),
    subject: nullable(t.string),
    backup: nullable(t.string),
    time: Time,
    assurance: Assurance,
    event: WirePosition,
  },
  {},
);

/** The lineage of a dataset. */
export const Lineage = exact('Lineage', { nodes: list(LineageNode), edges: list(LineageEdge) }, {});
export type Lineage = t.TypeOf<typeof Lineage>;
