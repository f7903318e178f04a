/**
 * Finds many words in a text at once: the Aho–Corasick algorithm, over tokens instead of characters. Its cost grows
 * with the words and the text together, however they overlap.
 *
 * A token is a maximal run of letters, marks and digits, or any other single character. A text contains a word if it
 * contains its tokens. So `ana` is in `urn:crm:ana-2` and in `ana@example.org`, but not in `anatomy`; `ana@example.org`
 * is in `mailto:ana@example.org`, but not in `juliana@example.org`. Letters of different case are different.
 */

const token = /[\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}]/gu;

const firstToken = /^(?:[\p{L}\p{M}\p{N}]+|[^\p{L}\p{M}\p{N}])/u;

const tokensOf = (text: string): ReadonlyArray<string> => text.match(token) ?? [];

/** A place in the automaton: the longest end of what was read that is the beginning of a word. */
interface State {
  readonly next: Map<string, State>;
  /** The next longest such end. */
  fallback: State | undefined;
  /** The longest word that ends here, and how many tokens it has. */
  word: string | undefined;
  tokens: number;
}

const newState = (): State => ({ next: new Map(), fallback: undefined, word: undefined, tokens: 0 });

/** A word in a text: the first of its tokens, and the one after its last. */
interface Match {
  readonly word: string;
  readonly from: number;
  readonly to: number;
}

export interface WordSearch {
  /** Whether any of the words stands in the text. */
  isIn(text: string): boolean;
  /** The text with each word replaced: the leftmost first, and of those that begin there the longest. */
  replacedIn(text: string, replacement: (word: string) => string): string;
}

const added = (root: State, word: string, tokens: ReadonlyArray<string>): void => {
  let state = root;
  for (const each of tokens) {
    let next = state.next.get(each);
    if (next === undefined) {
      next = newState();
      state.next.set(each, next);
    }
    state = next;
  }
  state.word = word;
  state.tokens = tokens.length;
};

/** Where reading a token leads. */
const stepped = (root: State, from: State, read: string): State => {
  for (let state: State | undefined = from; state !== undefined; state = state.fallback) {
    const next = state.next.get(read);
    if (next !== undefined) return next;
  }
  return root;
};

/** Connects each state with the next longest, in the order of their lengths. */
const connect = (root: State): void => {
  const queue = [root];
  for (let at = 0; at < queue.length; at++) {
    const state = queue[at]!;
    for (const [read, next] of state.next) {
      next.fallback = state.fallback === undefined ? root : stepped(root, state.fallback, read);
      if (next.word === undefined) {
        next.word = next.fallback.word;
        next.tokens = next.fallback.tokens;
      }
      queue.push(next);
    }
  }
};

/**
 * Prepares the search for some words in some texts.
 *
 * @param texts all that is searched: words with other tokens than theirs are left out at once.
 */
export const wordSearch = (words: Iterable<string>, texts: ReadonlyArray<string>): WordSearch => {
  const known = new Set(texts.flatMap(tokensOf));
  const root = newState();
  for (const word of words) {
    const first = firstToken.exec(word)?.[0];
    if (first === undefined || !known.has(first)) continue;
    const tokens = tokensOf(word);
    if (tokens.every((each) => known.has(each))) added(root, word, tokens);
  }
  connect(root);

  const matchesIn = (tokens: ReadonlyArray<string>): ReadonlyArray<Match> => {
    const matches: Match[] = [];
    let state = root;
    for (const [index, read] of tokens.entries()) {
      state = stepped(root, state, read);
      if (state.word !== undefined)
        matches.push({ word: state.word, from: index + 1 - state.tokens, to: index + 1 });
    }
    return matches.sort((a, b) => a.from - b.from || b.to - a.to);
  };

  return {
    isIn: (text) => root.next.size > 0 && matchesIn(tokensOf(text)).length > 0,
    replacedIn: (text, replacement) => {
      const tokens = tokensOf(text);
      const parts: string[] = [];
      let written = 0;
      for (const { word, from, to } of matchesIn(tokens)) {
        if (from < written) continue;
        parts.push(...tokens.slice(written, from), replacement(word));
        written = to;
      }
      return [...parts, ...tokens.slice(written)].join('');
    },
  };
};
