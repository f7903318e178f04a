/** An initial configuration file: every setting as a comment, with its description and default. */
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
  return `# Settings of Domicile. Options of the command line take precedence over environment variables, and these over this file.
# Paths are relative to the directory of this file. \`domicile doctor\` shows the settings in effect.

${settings.join('\n\n')}
`;
};
