/**
 * Detects identifiers that mix scripts, to warn of lookalikes: the Latin and the Cyrillic `a` look the same. By
 * Unicode Technical Standard 39 (5.1), a text mixes scripts if no single script has all its characters; Han counts
 * as part of Japanese, Korean and Chinese.
 */

/** The scripts recommended for identifiers (UAX 31, table 5). All others count as one more script. */
const scripts = (
  'Latin Greek Cyrillic Armenian Hebrew Arabic Thaana Devanagari Bengali Gurmukhi Gujarati Oriya Tamil Telugu Kannada ' +
  'Malayalam Sinhala Thai Lao Tibetan Myanmar Georgian Hangul Ethiopic Khmer Bopomofo Hiragana Katakana Han'
)
  .split(' ')
  .map((name) => ({ name, has: new RegExp(`\\p{Script_Extensions=${name}}`, 'u') }));

const ofAnyScript = /[\p{Script_Extensions=Common}\p{Script_Extensions=Inherited}]/u;

/** Writing systems that use several scripts. */
const systemsOf: Readonly<Record<string, ReadonlyArray<string>>> = {
  Han: ['Japanese', 'Korean', 'Chinese'],
  Hiragana: ['Japanese'],
  Katakana: ['Japanese'],
  Hangul: ['Korean'],
  Bopomofo: ['Chinese'],
};

/** The scripts of a text that mixes them; otherwise undefined. */
export const mixedScripts = (text: string): ReadonlyArray<string> | undefined => {
  // ASCII letters are all Latin.
  if (!/[^ -~]/.test(text)) return undefined;
  const found = new Set<string>();
  let common: ReadonlyArray<string> | undefined;
  for (const character of text) {
    if (ofAnyScript.test(character)) continue;
    const own = scripts.filter(({ has }) => has.test(character)).map(({ name }) => name);
    const names = own.length > 0 ? own : ['another script'];
    if (!names.some((name) => found.has(name))) found.add(names[0]!);
    const systems = new Set(names.flatMap((name) => [name, ...(systemsOf[name] ?? [])]));
    common = common?.filter((system) => systems.has(system)) ?? [...systems];
  }
  return common === undefined || common.length > 0 ? undefined : [...found];
};

/** The identifier, followed by its scripts if it mixes them. */
export const markedText = (text: string): string => {
  const mixed = mixedScripts(text);
  return mixed === undefined ? text : `${text} [${mixed.join(' and ')}]`;
};
