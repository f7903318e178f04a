/**
 * What a check of a ledger finds, and how numbers in it are written.
 */
import { StoreProblem, toStoreProblem } from '../../store/sqlite/store-problems.ts';

/** What one check found. `remedy` says what to do unless all is well. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly remedy: string | null;
  /** Whether it keeps the store from being opened at all. */
  readonly unreachable?: boolean;
}

export const ok = (name: string, found: string): Check => ({ name, state: 'ok', found, remedy: null });
export const warning = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'warning',
  found,
  remedy,
});
export const failed = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'failed',
  found,
  remedy,
});

/** A number as it is read in English: `1,234`. */
export const count = new Intl.NumberFormat('en');
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** A number of bytes as it is read: `1.5 MiB`. */
export const size = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
};

/** What an error says that a store threw. */
export const problemCheck = (name: string, file: string, error: unknown): Check => {
  const problem = toStoreProblem(file, error);
  const found = problem instanceof Error ? problem.message : String(problem);
  // What to do is part of a store problem's message.
  return {
    name,
    state: 'failed',
    found,
    remedy: null,
    ...(problem instanceof StoreProblem ? { unreachable: problem._tag === 'StoreUnusable' } : {}),
  };
};
