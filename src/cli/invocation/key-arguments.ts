/** Command-line arguments for creating keys: scopes, sources, types and maximum assurance. */
import { InvalidArgumentError } from 'commander';
import { type EventType, eventTypes } from '../../domain/events/catalogue.ts';
import { didYouMean } from '../../domain/events/closest.ts';
import { Assurance, EventSource } from '../../domain/events/words.ts';
import { Scope } from '../../people/access/scopes.ts';

/** Parses a list of scopes. */
export const scopesOf = (text: string): ReadonlyArray<Scope> => {
  const scopes = text.split(',').map((each) => each.trim());
  for (const scope of scopes)
    if (!Scope.is(scope))
      throw new InvalidArgumentError(`Expected ${Scope.words.join(', ')}, separated by commas.`);
  return scopes as ReadonlyArray<Scope>;
};

/** Parses a source and adds it to the previous ones. */
export const sourceOf = (source: string, before: ReadonlyArray<string> = []): ReadonlyArray<string> => {
  if (!EventSource.is(source))
    throw new InvalidArgumentError('Expected the source of events, a URI reference.');
  return [...before, source];
};

/** Parses an event type and adds it to the previous ones. */
export const typeOf = (type: string, before: ReadonlyArray<EventType> = []): ReadonlyArray<EventType> => {
  const known = eventTypes.find((each) => each === type);
  if (known === undefined)
    throw new InvalidArgumentError(`Expected a type of event${didYouMean(type, eventTypes)}`);
  return [...before, known];
};

/** Parses an assurance. */
export const assuranceOf = (text: string): Assurance => {
  if (!Assurance.is(text)) throw new InvalidArgumentError(`Expected ${Assurance.words.join(', ')}.`);
  return text;
};
