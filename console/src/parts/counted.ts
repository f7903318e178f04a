/** A number of things in words, such as "1 backup" or "1,024 backups". */
export const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** How many rows an answer has, in words. If there are more that were not read, they are the first. */
export const countedRows = (
  { data, next }: { readonly data: ReadonlyArray<unknown>; readonly next: string | null },
  one: string,
  many: string,
): string => `${next === null ? '' : 'First '}${counted(data.length, one, many)}`;
