/** `domicile findings`: lists the findings of the adopted policies. */
import { type Command, InvalidArgumentError, Option } from 'commander';
import { everyRow } from '../../client/client.ts';
import { FindingRow } from '../../contract/rows/policy.ts';
import { askLedger } from '../invocation/ask-ledger.ts';
import {
  knownWords,
  type QuestionOptions,
  questionOf,
  withQuestionOptions,
} from '../invocation/command-options.ts';
import { checkFailed, success } from '../invocation/exit-codes.ts';
import { runCommand } from '../invocation/run-command.ts';
import { findingColumns } from '../terminal/finding-lines.ts';
import { fieldsOf, show } from '../terminal/formats.ts';
import { limitsOfRules } from '../terminal/limits-of-rules.ts';
import type { Terminal } from '../terminal/terminal.ts';
import { counted } from '../terminal/wording.ts';

interface FindingsOptions extends QuestionOptions {
  readonly subject?: string;
  readonly policy?: string;
  readonly policyVersion?: number;
  readonly rule?: string;
  readonly site?: string;
  readonly party?: string;
  readonly dataset?: string;
  readonly population?: string;
  readonly backup?: string;
  readonly open?: boolean;
  readonly fail?: boolean;
}

const versionOf = (text: string): number => {
  if (!/^[1-9]\d{0,8}$/.test(text)) throw new InvalidArgumentError('Expected a whole number of at least 1.');
  return Number(text);
};

const ask = async (options: FindingsOptions, terminal: Terminal) => {
  const { subject, policy, policyVersion, rule, site, party, dataset, population, backup, open } = options;
  const filter = { policy, version: policyVersion, rule, site, party, dataset, population, backup, open };
  return askLedger(
    options,
    terminal,
    (ledger) =>
      everyRow(
        (page) =>
          subject === undefined
            ? ledger.findings.list({ ...page, ...filter })
            : ledger.subjects.findings(subject, page),
        questionOf(options),
      ),
    (answer) => {
      const { clocks, data } = answer;
      const violated = data.filter(({ verdict }) => verdict === 'violated').length;
      show(
        answer,
        data,
        options.format,
        {
          fields: fieldsOf(FindingRow),
          columns: findingColumns,
          title: `Findings${subject === undefined ? '' : ` about ${terminal.style('bold', subject)}`}, ${knownWords(clocks, options)}`,
          empty: [
            'None. As far as the ledger knows, no rule of an adopted policy was broken.',
            'To try a policy before you adopt it: domicile simulate FILE.cedar',
          ],
          footer: [
            `${counted(data.length, 'finding', 'findings')}: ${violated} violated, ${data.length - violated} could not be judged. Times are UTC.`,
            ...limitsOfRules(data),
          ],
        },
        terminal,
      );
      return options.fail === true && data.length > 0 ? checkFailed : success;
    },
  );
};

/** Adds the command. */
export const addFindings = (program: Command, terminal: Terminal): void => {
  withQuestionOptions(
    program
      .command('findings')
      .summary('where a policy was broken or could not be judged')
      .description(
        'Shows findings: intervals in which a holding, or a party’s reach to it, broke a rule of an adopted policy or could not be judged.',
      ),
  )
    .addOption(
      new Option('--subject <subject>', 'only findings about this person').conflicts([
        'policy',
        'policyVersion',
        'rule',
        'site',
        'party',
        'dataset',
        'population',
        'backup',
        'open',
      ]),
    )
    .option('--policy <policy>', 'only findings of this policy')
    .option('--policy-version <version>', 'only findings of this version of the policy', versionOf)
    .option('--rule <rule>', 'only findings of the rules with this id')
    .option('--site <site>', 'only findings about data at this site')
    .option('--party <party>', 'only findings about the reach of this party')
    .option('--dataset <dataset>', 'only findings about data of this dataset')
    .option(
      '--population <population>',
      'only findings about people in this population, or about its data and backups',
    )
    .option('--backup <backup>', 'only findings about this backup')
    .option('--open', 'only findings that hold at --valid-at')
    .option('--fail', 'exit with 1 if there is a finding')
    .addHelpText(
      'after',
      `
Examples:
  $ domicile findings
  $ domicile findings --policy keep-out --open
  $ domicile findings --subject ana --known-at 2022-06-01
  $ domicile findings --open --fail --format ndjson`,
    )
    .action((options: FindingsOptions) => runCommand(terminal, () => ask(options, terminal)));
};
