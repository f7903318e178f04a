/**
 * The assessment of policies as OSCAL assessment results (NIST, version 1.0.6): a rule is an objective, each
 * finding of the ledger is an observation, and each event behind it is evidence. Every UUID is derived from the
 * thing that it identifies.
 */
import { createHash } from 'node:crypto';
import type { QuestionClocks } from '../../contract/asked.ts';
import { type Finding, findingId, subjectsAt } from '../../domain/policy/finding.ts';
import { formatBound, formatInstant } from '../../domain/time/instant.ts';
import type { View } from '../view.ts';
import { type AssessedRule, assessedRules, heldText, type RuleState } from './assessment.ts';
import type { ReportQuestion } from './report.ts';
import { uuidOf } from './uuid-v5.ts';

/** The namespace of the properties that OSCAL does not define. */
const ns = 'urn:domicile:oscal';

/** A property with surrounding white space removed; nothing if it has no value. */
const prop = (name: string, value: string | null) =>
  value === null || value.trim() === '' ? [] : [{ name, ns, value: value.trim().replace(/\s+/g, ' ') }];

/**
 * An OSCAL token (an NCName) for any name. Characters that a token may not contain are replaced, and a hash then
 * keeps different names distinct.
 */
const tokenOf = (name: string): string => {
  const plain = name.replace(/[^\p{L}\p{N}._-]/gu, '_').replace(/^(?![\p{L}_])/u, '_');
  if (plain === name) return name;
  return `${plain}.${createHash('sha256').update(name).digest('hex').slice(0, 8)}`;
};

const controlOf = ({ version }: AssessedRule): string => tokenOf(`${version.policy}-v${version.version}`);
const objectiveOf = ({ version, rule }: AssessedRule): string =>
  tokenOf(`${version.policy}-v${version.version}-${rule}`);

const observationUuid = (finding: Finding, clocks: QuestionClocks): string =>
  uuidOf('observation', findingId(finding), clocks.position);

const observation = (view: View, finding: Finding, clocks: QuestionClocks) => ({
  uuid: observationUuid(finding, clocks),
  title: `${finding.policy} ${finding.version}: ${finding.rule}`,
  description:
    finding.action === 'store'
      ? `${heldText(finding)} is kept there.`
      : `${finding.party ?? 'A party'} reached ${heldText(finding)}.`,
  props: [
    ...prop('finding', findingId(finding)),
    ...prop('verdict', finding.verdict),
    ...prop('population', finding.population),
    ...prop('party', finding.party),
    ...prop('path', finding.path.map(({ edge, to }) => `${edge} ${to}`).join(', ')),
    ...prop('from', formatBound(finding.from) ?? 'before the earliest known event'),
    ...prop('to', formatBound(finding.to) ?? 'still so'),
    ...prop('people', String(subjectsAt(finding, clocks.validAt))),
    ...prop('reason', finding.reason),
    ...prop('limits', finding.limits),
  ],
  methods: ['TEST'],
  types: ['finding'],
  ...(finding.events.length === 0
    ? {}
    : {
        'relevant-evidence': finding.events.map((position) => {
          const event = view.recorded(position)?.event;
          return {
            href: `/v1/events/${position}`,
            description: `${event?.type ?? 'Event'} at position ${position}, reported by ${event?.source ?? 'a source'}`,
          };
        }),
      }),
  collected: formatInstant(clocks.knownAt),
});

/** OSCAL has two states: a rule that could not be judged is not satisfied, with the reason. */
const statusOf = (state: RuleState) => {
  switch (state) {
    case 'satisfied':
      return {
        state: 'satisfied',
        reason: 'pass',
        remarks: 'As far as the ledger knows, nothing broke the rule.',
      };
    case 'violated':
      return { state: 'not-satisfied', reason: 'fail' };
    case 'indeterminate':
      return {
        state: 'not-satisfied',
        reason: 'other',
        remarks: 'Indeterminate: it could not be judged. See the reason of each observation.',
      };
  }
};

const findingOfRule = (assessed: AssessedRule, clocks: QuestionClocks) => {
  const { version, rule, state, findings } = assessed;
  return {
    uuid: uuidOf('rule', version.policy, version.adoptedBy, version.version, rule, clocks.position),
    title: `${version.policy} ${version.version}: ${rule}`,
    description: version.title,
    props: [
      ...prop('policy', version.policy),
      ...prop('version', String(version.version)),
      ...prop('rule', rule),
      ...prop('adopted-by', version.adoptedBy === null ? null : String(version.adoptedBy)),
      ...prop('authority', version.authority),
      ...prop('state', state),
    ],
    target: {
      type: 'objective-id',
      'target-id': objectiveOf(assessed),
      title: rule,
      status: statusOf(state),
    },
    ...(findings.length === 0
      ? {}
      : {
          'related-observations': findings.map((finding) => ({
            'observation-uuid': observationUuid(finding, clocks),
          })),
        }),
  };
};

/** The assessment results of the period, as known. */
export const oscalOf = (view: View, question: ReportQuestion, clocks: QuestionClocks) => {
  const rules = assessedRules(view, question);
  const { during } = question;
  const name = [
    clocks.position,
    clocks.minAssurance,
    clocks.validAt,
    formatBound(during.from),
    formatBound(during.to),
  ];
  const knownAt = formatInstant(clocks.knownAt);
  const first = view.index.recordedAtOf(1);
  const controls = [...new Set(rules.map(controlOf))];
  const observations = new Map(
    rules.flatMap(({ findings }) => findings.map((each) => [observationUuid(each, clocks), each] as const)),
  );
  const plan = uuidOf('plan', ...name);
  return {
    'assessment-results': {
      uuid: uuidOf('assessment', ...name),
      metadata: {
        title: 'Assessment of policies over data of people',
        'last-modified': knownAt,
        version: String(clocks.position),
        'oscal-version': '1.0.6',
        props: [
          ...prop('valid-at', formatInstant(clocks.validAt)),
          ...prop('known-at', knownAt),
          ...prop('position', String(clocks.position)),
          ...prop('from', formatBound(during.from) ?? 'the beginning'),
          ...prop('to', formatBound(during.to) ?? 'without an end'),
        ],
      },
      'import-ap': {
        href: `#${plan}`,
        remarks: 'The plan consists of the adopted policies: every rule is judged over the whole period.',
      },
      results: [
        {
          uuid: uuidOf('result', ...name),
          title: 'Rules of the policies in force',
          description:
            'Every rule of every policy version that was in force in the period, judged over everything that the ledger knows.',
          start: first === undefined || first > clocks.knownAt ? knownAt : formatInstant(first),
          end: knownAt,
          'reviewed-controls': {
            'control-selections': [
              controls.length === 0
                ? { 'include-all': {} }
                : { 'include-controls': controls.map((control) => ({ 'control-id': control })) },
            ],
          },
          ...(observations.size === 0
            ? {}
            : { observations: [...observations.values()].map((each) => observation(view, each, clocks)) }),
          ...(rules.length === 0 ? {} : { findings: rules.map((rule) => findingOfRule(rule, clocks)) }),
        },
      ],
      'back-matter': {
        resources: [
          {
            uuid: plan,
            title: 'The policies as adopted',
            description: 'Their texts and versions are at /v1/policies.',
            rlinks: [{ href: '/v1/policies' }],
          },
        ],
      },
    },
  };
};

/** The document of an assessment. */
export type OscalAssessment = ReturnType<typeof oscalOf>;
