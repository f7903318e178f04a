/** The counts of individuals as plain data. Cohorts and findings are rebuilt from it and the index. */
import { ClassPeople } from '../domain/policy/class-people.ts';
import { OwnSpans } from '../domain/policy/own-spans.ts';
import { PeopleByClass } from '../domain/policy/people-by-class.ts';
import type { Knowledge } from '../domain/recording/recorded-event.ts';
import { type Columns, columnsOf, countFrom } from './individual-unions.ts';
import type { IndividualsApart } from './individuals-apart.ts';
import type { PlainIndividuals } from './kept-individuals.ts';

type PlainClass = Pick<ClassPeople, 'holding' | 'population' | 'expires' | 'held'> & {
  readonly own: Float64Array | undefined;
  readonly parts: ReadonlyArray<readonly [subject: string | null, columns: Columns]>;
};

export interface PlainHistory extends PlainIndividuals {
  readonly known: Knowledge;
  readonly apart: IndividualsApart;
  readonly classes: ReadonlyArray<PlainClass>;
}

/** The classes as plain data. */
export const plainClasses = (people: PeopleByClass): ReadonlyArray<PlainClass> =>
  [...people.all()].map(({ holding, population, expires, held, own, parts }) => ({
    ...{ holding, population, expires, held },
    own: own?.column(),
    parts: [...parts].map(([subject, count]) => [subject, columnsOf(count)] as const),
  }));

/** The individuals by class, without the cohorts. */
export const peopleFrom = ({ classes }: PlainHistory): PeopleByClass => {
  const all = new PeopleByClass();
  for (const { holding, population, expires, held, own, parts } of classes) {
    const people = new ClassPeople(holding, population);
    people.expires = expires;
    people.held = held;
    if (own !== undefined) people.own = OwnSpans.of(own);
    for (const [subject, columns] of parts) people.parts.set(subject, countFrom(columns));
    all.put(people);
  }
  return all;
};
