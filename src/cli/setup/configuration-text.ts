/**
 * A configuration file to begin with: every setting with what it says and its default, as a comment.
 */
import {
  type SettingDefinition,
  settingList,
  settingNames,
} from '../../ledger/configuration/setting-list.ts';

/** The text of `domicile.yaml` for a ledger in a directory. */
export const configurationText = (directory: string): string => {
  const settings = settingNames.map((name) => {
    const { key, variable, about, otherwise } = settingList[name] as SettingDefinition<unknown>;
    const given = key === 'data' ? `data: ${JSON.stringify(directory)}` : `# ${key}:`;
    return `# ${about} (default: ${otherwise}; variable: ${variable})\n${given}`;
  });
  return `# Settings of Domicile. An option of the command line counts before an environment variable, and that before this file.
# A path starts from the directory of this file. \`domicile doctor\` shows what counts.

${settings.join('\n\n')}
`;
};
