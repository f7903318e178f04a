/**
 * The order of names everywhere in answers: by UTF-16 code units, as R15 requires, in every locale.
 */

/** Negative, zero or positive, as `a` comes before, with or after `b`. */
export const codeUnitOrder = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
