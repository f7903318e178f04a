/**
 * Builds values from the cells of a row. A text is omitted if all its columns are empty, as an optional field is.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../domain/events/fault.ts';
import { escapePointer } from '../../domain/events/fault.ts';
import { type Cell, isCell, type Template } from './row-mapping.ts';

/** A row: the cells by column. */
export type Row = Readonly<Record<string, string>>;

const columnPattern = /\{([^{}]+)\}/;

/** An omitted value. */
const nothing = undefined;

type Made<A = unknown> = E.Either<ReadonlyArray<Fault>, A>;

/**
 * Builds the value of a template for a row; undefined if it is omitted. It is prepared once for all rows of a file.
 */
export type Maker<A = unknown> = (row: Row) => Made<A>;

const fault = (pointer: string, message: string): Made<never> => E.left([{ pointer, message }]);

const noColumn = (row: Row, name: string): string =>
  `takes the column ${JSON.stringify(name)}, which the file does not have; it has ${Object.keys(row).join(', ')}`;

/** Builds a text with cells in it; undefined if all of them are empty. `pointer` is its place in the mapping. */
export const textMaker = (template: string, pointer: string): Maker<string | undefined> => {
  // Alternates between fixed text and column names.
  const parts = template.split(columnPattern);
  if (parts.length === 1) return () => E.right(template);
  return (row) => {
    let made = parts[0]!;
    let isEmpty = true;
    for (let part = 1; part < parts.length; part += 2) {
      const name = parts[part]!;
      if (!Object.hasOwn(row, name)) return fault(pointer, noColumn(row, name));
      const cell = row[name]!.trim();
      if (cell !== '') isEmpty = false;
      made += cell + parts[part + 1]!;
    }
    return E.right(isEmpty ? nothing : made);
  };
};

const cellMaker =
  ({ column, values, otherwise, as = 'text', separator = ',' }: Cell, pointer: string): Maker =>
  (row) => {
    const cell = Object.hasOwn(row, column) ? row[column]!.trim() : undefined;
    if (cell === undefined) return fault(pointer, noColumn(row, column));
    const meaning = (text: string): string | undefined =>
      values === undefined ? text : Object.hasOwn(values, text) ? values[text] : otherwise;
    if (as === 'list') {
      const items = cell
        .split(separator)
        .map((item) => item.trim())
        .filter((item) => item !== '');
      const meanings = items.map(meaning);
      return meanings.includes(undefined)
        ? fault(pointer, `has an item that is not one of ${Object.keys(values!).join(', ')}`)
        : E.right(meanings);
    }
    const text = cell === '' ? otherwise : meaning(cell);
    if (text === undefined)
      return cell === ''
        ? E.right(nothing)
        : fault(pointer, `is not one of ${Object.keys(values!).join(', ')}`);
    if (as === 'text') return E.right(text);
    const number = Number(text);
    return Number.isFinite(number) ? E.right(number) : fault(pointer, 'is no number');
  };

/** Builds the value of a template. `pointer` is its place in the mapping. */
export const makerOf = (template: Template, pointer: string): Maker => {
  if (typeof template === 'number') return () => E.right(template);
  if (typeof template === 'string') return textMaker(template, pointer);
  if (isCell(template)) return cellMaker(template, pointer);
  const makers = Object.entries(template).map(
    ([key, each]) => [key, makerOf(each, `${pointer}/${escapePointer(key)}`)] as const,
  );
  const isList = Array.isArray(template);
  return (row) => {
    const faults: Fault[] = [];
    const made: (readonly [string, unknown])[] = [];
    for (const [key, make] of makers) {
      const value = make(row);
      if (E.isLeft(value)) faults.push(...value.left);
      else if (value.right !== nothing) made.push([key, value.right]);
    }
    if (faults.length > 0) return E.left(faults);
    if (isList) return E.right(made.map(([, value]) => value));
    return E.right(made.length === 0 ? nothing : Object.fromEntries(made));
  };
};
