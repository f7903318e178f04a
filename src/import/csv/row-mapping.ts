/**
 * The mapping for CSV: the events of each row. Values in `data` are texts with `{column}` in them, numbers, lists,
 * objects of these, or `{ column: … }`, which says how to read a cell.
 */
import * as E from 'fp-ts/lib/Either.js';
import * as t from 'io-ts';
import { eventTypes, isSent } from '../../domain/events/catalogue.ts';
import { exact, listOf, oneOf, text } from '../../domain/events/codec.ts';
import { describe } from '../../domain/events/fault.ts';
import { lineOf } from '../../domain/events/scalars.ts';
import { Assurance, EventSource } from '../../domain/events/words.ts';

const nestedMax = 4;

/** How to read the cell of a column. */
const Cell = exact(
  'a cell: { column, values?, otherwise?, as?, separator? }',
  { column: lineOf('the name of a column') },
  {
    /** The value for each text. */
    values: t.record(t.string, t.string, 'an object of texts'),
    /** The value if the cell is empty or not among `values`. */
    otherwise: lineOf('a text'),
    as: oneOf('how it is read', ['text', 'number', 'list']),
    separator: lineOf('what stands between the items of a list', 10),
  },
);
export type Cell = t.TypeOf<typeof Cell>;

/** A template for a value. */
export type Template =
  | string
  | number
  | Cell
  | ReadonlyArray<Template>
  | { readonly [field: string]: Template };

/** Whether a template reads a cell. */
export const isCell = (template: Template): template is Cell =>
  typeof template === 'object' && !Array.isArray(template) && 'column' in template;

const validated = (input: unknown, context: t.Context, depth: number): t.Validation<Template> => {
  if (typeof input === 'string' || typeof input === 'number') return E.right(input);
  if (typeof input !== 'object' || input === null || depth > nestedMax) {
    const expected = 'expected a text with {column} in it, a number, a list or an object of these';
    return E.left([{ value: input, context, message: `found ${describe(input)}; ${expected}` }]);
  }
  if (!Array.isArray(input) && 'column' in input) return Cell.validate(input, context);
  const errors: t.ValidationError[] = [];
  const entries = Object.entries(input).map(([key, each]) => {
    const result = validated(each, t.appendContext(context, key, Values), depth + 1);
    if (E.isLeft(result)) errors.push(...result.left);
    return [key, E.isRight(result) ? result.right : ''] as const;
  });
  if (errors.length > 0) return E.left(errors);
  return E.right(Array.isArray(input) ? entries.map(([, each]) => each) : Object.fromEntries(entries));
};

const Values: t.Type<Template, unknown, unknown> = new t.Type<Template, unknown, unknown>(
  'a value',
  (_): _ is Template => true,
  (input, context) => validated(input, context, 0),
  t.identity,
);

/** The template for an event's data. */
const Data = new t.Type<{ readonly [field: string]: Template }, unknown, unknown>(
  'an object: the data of the event',
  (_): _ is { readonly [field: string]: Template } => true,
  (input, context) =>
    typeof input === 'object' && input !== null && !Array.isArray(input) && !('column' in input)
      ? (validated(input, context, 0) as t.Validation<{ readonly [field: string]: Template }>)
      : E.left([
          {
            value: input,
            context,
            message: `found ${describe(input)}; expected an object: the data of the event`,
          },
        ]),
  t.identity,
);

const TextTemplate = lineOf('a text with {column} in it');

/** A condition: the cell in the column is one of these. */
const Condition = exact(
  'a condition: { column, is }',
  { column: lineOf('the name of a column'), is: listOf('1 to 1000 texts', t.string, 1, 1_000) },
  {},
);

/** An event for each row. */
const RowEvent = exact(
  'an event of a row',
  {
    type: oneOf('an event type', eventTypes.filter(isSent)),
    data: Data,
  },
  { id: TextTemplate, time: TextTemplate, when: Condition },
);
export type RowEvent = t.TypeOf<typeof RowEvent>;

/** The mapping of a CSV file. */
export const RowMapping = exact(
  'a mapping of CSV',
  { source: EventSource, events: listOf('1 to 100 events', RowEvent, 1, 100) },
  {
    assurance: Assurance,
    delimiter: text('a character that stands between cells', (value) => /^[^\r\n"]$/u.test(value)),
  },
);
export type RowMapping = t.TypeOf<typeof RowMapping>;
