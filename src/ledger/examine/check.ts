/** The result of a check of a ledger, and how it writes numbers. */
import { StoreProblem, toStoreProblem } from '../../store/sqlite/store-problems.ts';

/** The result of one check. `remedy` says what to do, unless the check is ok. */
export interface Check {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed';
  readonly found: string;
  readonly remedy: string | null;
  /** Whether the store cannot be opened because of it. */
  readonly unreachable?: boolean;
}

/** A check that found nothing wrong. */
export const ok = (name: string, found: string): Check => ({ name, state: 'ok', found, remedy: null });
/** A check that found something to improve. */
export const warning = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'warning',
  found,
  remedy,
});
/** A check that found something wrong. */
export const failed = (name: string, found: string, remedy: string): Check => ({
  name,
  state: 'failed',
  found,
  remedy,
});

/** Formats numbers as in `1,234`. */
export const count = new Intl.NumberFormat('en');
const units = ['bytes', 'KiB', 'MiB', 'GiB', 'TiB'];

/** Formats a number of bytes as in `1.5 MiB`. */
export const size = (bytes: number): string => {
  const power = Math.min(units.length - 1, Math.floor(Math.log2(Math.max(1, bytes)) / 10));
  const value = bytes / 1_024 ** power;
  return `${power === 0 ? value : value.toFixed(1)} ${units[power]}`;
};

/** The check for an error that a store threw. */
export const problemCheck = (name: string, file: string, error: unknown): Check => {
  const problem = toStoreProblem(file, error);
  const found = problem instanceof Error ? problem.message : String(problem);
  // The message of a store problem contains the remedy.
  return {
    name,
    state: 'failed',
    found,
    remedy: null,
    ...(problem instanceof StoreProblem ? { unreachable: problem._tag === 'StoreUnusable' } : {}),
  };
};
