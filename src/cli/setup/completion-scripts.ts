/** Shell completion scripts for the commands, their options, and options with few values. */
import { allOf, type ShownCommand } from './command-tree.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

const namesIn = ({ within }: ShownCommand): ReadonlyArray<string> => within.map(({ words }) => words.at(-1)!);

/**
 * For Bash, and for zsh through its emulation: the words so far select the command, and it lists what may follow.
 */
const bash = (tree: ShownCommand): string => {
  const commands = allOf(tree);
  const following = commands.map(
    ({ words, options, ...command }) =>
      `    '${words.join(' ')}') words='${[...namesIn({ words, options, ...command }), ...options.map(({ long }) => long)].join(' ')}' ;;`,
  );
  const choices = commands.flatMap(({ words, options }) =>
    options
      .filter(({ takesValue }) => takesValue)
      .map(
        ({ long, choices: found }) =>
          `    '${words.join(' ')} ${long}') values='${found.join(' ')}' ; takes=1 ;;`,
      ),
  );
  return `# Completion of domicile for bash.
_domicile() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} command='' word words='' values='' takes=''
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$command $word" in
${commands
  .filter(({ words }) => words.length > 0)
  .map(
    ({ words }) =>
      `      '${words.length === 1 ? ` ${words[0]}` : words.join(' ')}') command='${words.join(' ')}' ;;`,
  )
  .join('\n')}
    esac
  done
  case "$command $previous" in
${choices.join('\n')}
  esac
  if [ -n "$takes" ]; then
    if [ -n "$values" ]; then COMPREPLY=($(compgen -W "$values" -- "$current")); else COMPREPLY=($(compgen -f -- "$current")); fi
    return
  fi
  case "$command" in
${following.join('\n')}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$current"))
  case "$current" in -*) ;; *) COMPREPLY+=($(compgen -f -- "$current")) ;; esac
}
complete -o filenames -F _domicile domicile
`;
};

const zsh = (tree: ShownCommand): string => `#compdef domicile
autoload -Uz bashcompinit && bashcompinit
${bash(tree)}`;

const quoted = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll("'", "\\'")}'`;

const fish = (tree: ShownCommand): string => {
  const lines = allOf(tree).flatMap(({ words, options, within }) => {
    const seen = words.map((word) => `__fish_seen_subcommand_from ${word}`).join('; and ');
    const names = within.map((each) => each.words.at(-1)!);
    const noneOfThem = names.length === 0 ? '' : `not __fish_seen_subcommand_from ${names.join(' ')}`;
    const condition = [seen, noneOfThem].filter((part) => part !== '').join('; and ');
    const when = condition === '' ? '' : ` -n ${quoted(condition)}`;
    return [
      ...within.map(
        (each) => `complete -c domicile -f${when} -a ${each.words.at(-1)} -d ${quoted(each.about)}`,
      ),
      ...options.map(({ long, about, takesValue, choices }) => {
        const values =
          choices.length === 0 ? (takesValue ? ' -r' : '') : ` -x -a ${quoted(choices.join(' '))}`;
        const where = seen === '' ? '' : ` -n ${quoted(seen)}`;
        return `complete -c domicile${where} -l ${long.replace(/^--/, '')}${values} -d ${quoted(about)}`;
      }),
    ];
  });
  return `# Completion of domicile for fish.\n${lines.join('\n')}\n`;
};

/** The script for a shell. */
export const completionScript = (shell: Shell, tree: ShownCommand): string =>
  ({ bash, zsh, fish })[shell](tree);
