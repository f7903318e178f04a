/** The question of an evidence bundle (V10). */
import { text, yesOrNo } from './parameter.ts';
import { checkClocks, clockParameters, periodParameters, question } from './question.ts';

const abouts = ['subject', 'party', 'site', 'finding'] as const;

/** A bundle about one person, party, site or finding. */
export const EvidenceQuestion = question(
  {
    subject: text('About this person.'),
    party: text('About this party.'),
    site: text('About this site.'),
    finding: text('About this finding.'),
    ...clockParameters,
    ...periodParameters,
    trail: yesOrNo(
      'true, with subject: include the audit trail. The bundle then also contains all corrections, the events that the latest 5,000 of them correct, and all events about reach.',
    ),
  },
  (given) => {
    const about = abouts.filter((name) => given[name] !== undefined);
    if (about.length !== 1)
      return [{ pointer: '/subject', message: 'expected exactly one of subject, party, site and finding' }];
    if (given.trail === true && about[0] !== 'subject')
      return [{ pointer: '/trail', message: 'requires subject' }];
    if (given.from !== undefined && given.to !== undefined && given.from >= given.to)
      return [{ pointer: '/to', message: 'is not after from; expected a later instant' }];
    return checkClocks(given);
  },
);
