/**
 * The topics of the events that may have caused a finding: those of one person, of one path and of the parties
 * above the party; for an access, everything that might lead the party to the data.
 */
import { encodeData } from '../domain/events/event.ts';
import { kindAt, type NameKind, visitNames } from '../domain/events/places.ts';
import { isPopulation } from '../domain/events/scope.ts';
import type { Finding } from '../domain/policy/finding.ts';
import type { PathEdge } from '../domain/reach/path.ts';
import type { FactOf } from '../domain/recording/facts.ts';
import type { RecordedEvent } from '../domain/recording/recorded-event.ts';
import type { Instant } from '../domain/time/instant.ts';
import type { TopicKind } from '../projections/topics.ts';
import type { View } from './view.ts';

/** An occurrence of a finding: an instant with a person and a path, or an access. */
export interface Occurrence {
  readonly at: Instant;
  readonly subject: string | null;
  readonly path: ReadonlyArray<PathEdge>;
  readonly access: FactOf<'AccessObserved'> | undefined;
}

/** Which events under a topic count: those of one chapter, or those about relations of parties. */
export type Aspect = 'data' | 'parties' | 'reach';
export type Topic = readonly [kind: TopicKind, name: string, aspect: Aspect];
type Data = Readonly<Record<string, unknown>>;

/** Finds topics for one view; results are cached. */
export class UnsettlingTopics {
  private readonly view: View;
  private readonly closures = new Map<string, ReadonlyArray<Topic>>();

  constructor(view: View) {
    this.view = view;
  }

  of(finding: Finding, { subject, path, access }: Occurrence): Iterable<Topic> {
    if (access !== undefined) {
      const { scope, party } = access.data;
      const data = isPopulation(scope)
        ? this.ofPopulations([scope.population])
        : this.ofSubject(scope.subject);
      return new Map([...data, ...this.leadingFrom(party)].map((each) => [each.join(' '), each])).values();
    }
    const { dataset, site } = finding.holding;
    const topics: Topic[] = [
      ...this.ofSubject(subject!),
      ['dataset', dataset!, 'data'],
      ['site', site!, 'reach'],
    ];
    if (finding.party === null)
      for (const operator of this.operatorsOf(site!)) topics.push(...this.above(operator));
    else topics.push(...this.above(finding.party));
    for (const [index, { to, edge }] of path.entries()) {
      if (index < path.length - 1) topics.push(['party-named', to, 'parties']);
      else topics.push(edge === 'granted' ? ['grant', to, 'reach'] : ['site', to, 'reach']);
    }
    return topics;
  }

  /** The topics of a person: its events, and those of its populations and of their backups. */
  ofSubject(subject: string): ReadonlyArray<Topic> {
    return this.once(`subject ${subject}`, () => {
      const names = this.namesIn(
        this.view.positions('subject', subject).map((each) => this.view.recordedAbout(each, subject)),
      );
      return [
        ['subject', subject, 'data'],
        ...this.ofPopulations(names('population')),
        ...names('backup').map((backup): Topic => ['backup', backup, 'data']),
      ];
    });
  }

  private ofPopulations(populations: ReadonlyArray<string>): ReadonlyArray<Topic> {
    return populations.flatMap((population) =>
      this.once(`population ${population}`, () => [
        ['population', population, 'data'],
        ...this.namesUnder(
          'population',
          population,
        )('backup').map((backup): Topic => ['backup', backup, 'data']),
      ]),
    );
  }

  /** Everything above the party at any time. */
  private above(party: string): ReadonlyArray<Topic> {
    return this.once(`above ${party}`, () =>
      this.parties(party, (data, of) => [
        ...(data.member === of ? [data.group] : []),
        ...(data.controlled === of ? [data.controller] : []),
      ]).map((each) => ['party-named', each, 'parties']),
    );
  }

  /** Everything on a path from the party to the data at any time. */
  private leadingFrom(party: string): ReadonlyArray<Topic> {
    return this.once(`from ${party}`, () => {
      const parties = this.parties(party, (data, of) => [
        ...(data.member === of ? [data.group] : []),
        ...(data.group === of ? [data.member] : []),
        ...(data.controller === of ? [data.controlled] : []),
      ]);
      const topics: Topic[] = [];
      for (const each of parties) {
        const names = this.namesUnder('party-named', each);
        topics.push(['party-named', each, 'reach']);
        for (const grant of names('grant')) topics.push(['grant', grant, 'reach']);
        for (const site of names('site')) topics.push(['site', site, 'reach']);
      }
      return topics;
    });
  }

  /** The party, and all parties to which events lead from it. */
  private parties(party: string, next: (data: Data, of: string) => ReadonlyArray<unknown>): string[] {
    const found = new Set([party]);
    for (const each of found)
      for (const position of this.view.positions('party-named', each))
        for (const data of this.versionsOf(this.view.recorded(position)))
          for (const other of next(data, each)) if (typeof other === 'string') found.add(other);
    return [...found];
  }

  private operatorsOf(site: string): ReadonlyArray<string> {
    const operators = new Set<string>();
    for (const position of this.view.positions('site', site))
      for (const { operator } of this.versionsOf(this.view.recorded(position)))
        if (typeof operator === 'string') operators.add(operator);
    return [...operators];
  }

  private namesUnder(kind: TopicKind, name: string): (of: NameKind) => ReadonlyArray<string> {
    return this.namesIn(this.view.positions(kind, name).map((position) => this.view.recorded(position)));
  }

  private namesIn(events: Iterable<RecordedEvent | undefined>): (of: NameKind) => ReadonlyArray<string> {
    const names = new Map<NameKind, Set<string>>();
    for (const recorded of events)
      for (const data of this.versionsOf(recorded))
        visitNames(data, (place, name) => {
          const kind = kindAt(place);
          names.set(kind, (names.get(kind) ?? new Set()).add(name));
        });
    return (of) => [...(names.get(of) ?? [])];
  }

  /** The data of an event: as recorded, and as each correction changes it. */
  private versionsOf(recorded: RecordedEvent | undefined): ReadonlyArray<Data> {
    if (recorded === undefined) return [];
    return [recorded, ...this.view.correctionsOf(recorded)].flatMap(({ event }): ReadonlyArray<Data> => {
      if (event.type === 'EventRetracted') return [];
      if (event.type !== 'EventCorrected') return [encodeData(event) as Data];
      return event.data.data === undefined ? [] : [event.data.data];
    });
  }

  private once(key: string, make: () => ReadonlyArray<Topic>): ReadonlyArray<Topic> {
    const topics = this.closures.get(key) ?? make();
    this.closures.set(key, topics);
    return topics;
  }
}
