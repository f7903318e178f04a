/** Patterns of names: `*` matches any characters, including none; everything else matches itself. */

/** Whether a name matches a pattern. The time is proportional to the two lengths. */
export const fits = (pattern: string, name: string): boolean => {
  let at = 0;
  let from = 0;
  let star = -1;
  let resume = 0;
  while (at < name.length) {
    if (pattern[from] === '*') {
      star = from++;
      resume = at;
    } else if (from < pattern.length && pattern[from] === name[at]) {
      from++;
      at++;
    } else if (star !== -1) {
      from = star + 1;
      at = ++resume;
    } else return false;
  }
  while (pattern[from] === '*') from++;
  return from === pattern.length;
};
