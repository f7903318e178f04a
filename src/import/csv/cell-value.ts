/**
 * Values made of the cells of a row. A text of which every column is empty is left out, as an optional field is.
 */
import * as E from 'fp-ts/lib/Either.js';
import type { Fault } from '../../domain/events/fault.ts';
import { escapePointer } from '../../domain/events/fault.ts';
import { type Cell, isCell, type Template } from './row-mapping.ts';

/** A row: what stands in each column. */
export type Row = Readonly<Record<string, string>>;

const columnPattern = /\{([^{}]+)\}/g;

/** What is left out. */
const nothing = undefined;

type Made = E.Either<ReadonlyArray<Fault>, unknown>;

const fault = (pointer: string, message: string): Made => E.left([{ pointer, message }]);

const noColumn = (row: Row, name: string): string =>
  `takes the column ${JSON.stringify(name)}, which the file does not have; it has ${Object.keys(row).join(', ')}`;

/** The text with the cells in it, or nothing if they are all empty. */
export const filled = (
  template: string,
  row: Row,
  pointer: string,
): E.Either<ReadonlyArray<Fault>, string | undefined> => {
  const names = [...template.matchAll(columnPattern)].map(([, name]) => name!);
  const unknown = names.find((name) => !Object.hasOwn(row, name));
  if (unknown !== undefined) return E.left([{ pointer, message: noColumn(row, unknown) }]);
  if (names.length > 0 && names.every((name) => row[name]!.trim() === '')) return E.right(nothing);
  return E.right(template.replace(columnPattern, (_, name: string) => row[name]!.trim()));
};

const ofCell = (
  { column, values, otherwise, as = 'text', separator = ',' }: Cell,
  row: Row,
  pointer: string,
): Made => {
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

/** The value of a template in a row; undefined where it is left out. `pointer` is its place in the mapping. */
export const madeOf = (template: Template, row: Row, pointer: string): Made => {
  if (typeof template === 'number') return E.right(template);
  if (typeof template === 'string') return filled(template, row, pointer);
  if (isCell(template)) return ofCell(template, row, pointer);
  const faults: Fault[] = [];
  const made = Object.entries(template).flatMap(([key, each]): ReadonlyArray<readonly [string, unknown]> => {
    const value = madeOf(each, row, `${pointer}/${escapePointer(key)}`);
    if (E.isLeft(value)) faults.push(...value.left);
    return E.isLeft(value) || value.right === nothing ? [] : [[key, value.right]];
  });
  if (faults.length > 0) return E.left(faults);
  if (Array.isArray(template)) return E.right(made.map(([, value]) => value));
  return E.right(made.length === 0 ? nothing : Object.fromEntries(made));
};
