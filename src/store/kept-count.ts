/**
 * How many rows a file should contain, stored beside it to detect rows lost with the end of its write-ahead log.
 * The count is written after the rows are durable, so it never exceeds their number.
 */

import { closeSync, existsSync, openSync, readFileSync, writeSync } from 'node:fs';
import { basename } from 'node:path';
import { crc32 } from 'node:zlib';
import { makePrivateFile } from './private-files.ts';

const digits = 16;

/** The file with the count of a file. */
const countFileOf = (file: string): string => `${file}-count`;

const textOf = (count: number): string => {
  const number = String(count).padStart(digits, '0');
  return `${number} ${crc32(number).toString(16).padStart(8, '0')}\n`;
};

/** The count of a file; undefined if there is none or it is damaged. */
export const keptCount = (file: string): number | undefined => {
  if (!existsSync(countFileOf(file))) return undefined;
  const text = readFileSync(countFileOf(file), 'latin1');
  const count = Number(text.slice(0, digits));
  return textOf(count) === text ? count : undefined;
};

/** Says that a file has fewer rows than it should; `unit` names them. Undefined if it has all. */
export const lostRows = (
  file: string,
  held: number,
  kept: number | undefined,
  unit: string,
): string | undefined =>
  kept === undefined || kept <= held
    ? undefined
    : `it ends at ${unit} ${held}, and ${kept} were recorded: the last ones were lost with the end of its write-ahead log, or an older file was restored. To continue without them, delete ${basename(countFileOf(file))}`;

export interface CountKeeper {
  /** Stores a count without waiting for the disk, so it takes almost no time. */
  keep(count: number): void;
  close(): void;
}

/** Opens the count of a file for writing. */
export const countKeeper = (file: string): CountKeeper => {
  makePrivateFile(countFileOf(file));
  const descriptor = openSync(countFileOf(file), 'r+');
  return {
    keep: (count) => {
      try {
        writeSync(descriptor, textOf(count), 0, 'latin1');
      } catch {
        // The rows are durable anyway. With a lower count, a loss at the end may go unnoticed.
      }
    },
    close: () => closeSync(descriptor),
  };
};
