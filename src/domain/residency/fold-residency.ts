/**
 * Folds facts into where data was: R3, and each of R7 to R11 in the file of its name.
 *
 * The fold follows the sets of subjects in each holding for the subjects it is given; a subject's presence depends on
 * its own facts and on those of the populations it is ever in, on no other subject. So one subject can be followed
 * alone, and subjects that share their facts can be followed as one.
 */
import { isPopulation } from '../events/scope.ts';
import type { Fact } from '../recording/facts.ts';
import { foldingOrder } from '../recording/folding-order.ts';
import { destroyBackup, moveBackup, restoreBackup, takeBackup } from './backup-events.ts';
import { deleteOfPopulation, enrol, placeOfPopulation, transferOfPopulation } from './population-events.ts';
import { Possession } from './possession.ts';
import { type Residency, residencyAfter } from './residency.ts';
import { deleteOfSubject, eraseSubject, placeOfSubject, transferOfSubject } from './subject-events.ts';

/**
 * Folds facts into where the data of the followed subjects was.
 *
 * @param facts in any order; those that move no data and enrol nobody are passed over.
 * @param follows which subjects to follow: every fact that concerns one of them must be among the facts, and every
 *   fact about a population any of them is ever in, and about the backups of those.
 * @param goOn receives steps, of about a microsecond each; it ends the fold by throwing.
 */
export const foldResidency = (
  facts: Iterable<Fact>,
  follows: (subject: string) => boolean,
  goOn: (steps: number) => void = () => {},
): Residency => {
  const possession = new Possession(follows, goOn);
  for (const fact of [...facts].sort(foldingOrder)) apply(possession, fact);
  return residencyAfter(possession);
};

const apply = (possession: Possession, fact: Fact): void => {
  switch (fact.type) {
    case 'SubjectEnrolled':
      return enrol(possession, fact, fact.data.subject, fact.data.population);
    case 'SubjectsEnrolled':
      for (const subject of fact.data.subjects) enrol(possession, fact, subject, fact.data.population);
      return;
    case 'SubjectErased':
      return eraseSubject(possession, fact);
    case 'DataPlaced':
      return isPopulation(fact.data.scope)
        ? placeOfPopulation(possession, fact, fact.data.scope.population)
        : placeOfSubject(possession, fact, fact.data.scope.subject);
    case 'DataCopied':
    case 'DataMoved':
      return isPopulation(fact.data.scope)
        ? transferOfPopulation(possession, fact, fact.data.scope.population)
        : transferOfSubject(possession, fact, fact.data.scope.subject);
    case 'DataDeleted':
      return isPopulation(fact.data.scope)
        ? deleteOfPopulation(possession, fact, fact.data.scope.population)
        : deleteOfSubject(possession, fact, fact.data.scope.subject);
    case 'BackupTaken':
      return takeBackup(possession, fact);
    case 'BackupMoved':
      return moveBackup(possession, fact);
    case 'BackupRestored':
      return restoreBackup(possession, fact);
    case 'BackupDestroyed':
      return destroyBackup(possession, fact);
  }
};
