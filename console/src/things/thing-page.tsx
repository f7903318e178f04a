/**
 * The common parts of the pages of sites, parties, datasets, populations and backups: the head with its facts, and
 * the states without a choice or for an unknown thing.
 */
import type { UseQueryResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import type { Answer } from '../../../src/client/client.ts';
import { ClockSentence } from '../clocks/clock-sentence.tsx';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { questionOf } from '../clocks/view-search.ts';
import { type EvidenceAbout, EvidenceButton } from '../parts/evidence-button.tsx';
import { Country, countryName, Id, Title } from '../parts/names.tsx';
import { Purpose } from '../parts/purpose.tsx';
import { Answered, isUnknown } from '../parts/states.tsx';
import { useTitle } from '../parts/use-title.ts';

/** A fact about a thing, with its label. */
export const Fact = ({ label, children }: { label: string; children: ReactNode }) => (
  <>
    <dt>{label}</dt>
    <dd>{children}</dd>
  </>
);

const Unknown = ({ kind, id }: { kind: string; id: string }) => {
  const view = useView();
  const change = useChangeView();
  const then = view.knownAt !== undefined || view.knownPosition !== undefined;
  return (
    <section className="state-page">
      <h1>
        No {kind} <Id>{id}</Id>
      </h1>
      <p>
        {then
          ? `No event up to this point of the log names this ${kind}. Look again as known now: one may have been recorded later.`
          : `No event names this ${kind}. Check the spelling of the identifier, or search for it above.`}
      </p>
      {then ? (
        <button type="button" onClick={() => change({ knownAt: undefined, knownPosition: undefined })}>
          Look as known now
        </button>
      ) : null}
    </section>
  );
};

/** The subject of evidence about the thing; some kinds have none. */
const evidenceAbout = (kind: string, id: string): EvidenceAbout | undefined =>
  kind === 'site' ? { site: id } : kind === 'party' ? { party: id } : undefined;

/**
 * The page of one thing.
 *
 * @param what the purpose of the page in one line.
 */
export const ThingPage = <A,>({
  kind,
  id,
  what,
  of,
  nameOf,
  factsOf,
  tools,
  children,
}: {
  kind: string;
  id: string | undefined;
  what: string;
  of: UseQueryResult<Answer<A>>;
  nameOf: (row: A) => string | null;
  factsOf: (row: A) => ReactNode;
  tools?: ReactNode;
  children: (answer: Answer<A>) => ReactNode;
}) => {
  useTitle(id === undefined ? `A ${kind}` : `${kind} ${id}`);
  const view = useView();
  const about = id === undefined ? undefined : evidenceAbout(kind, id);
  if (id === undefined)
    return (
      <section className="state-page">
        <h1>Which {kind}?</h1>
        <p>Type its identifier or name into the search above, or follow a link from any table.</p>
      </section>
    );
  if (of.isError && isUnknown(of.error)) return <Unknown kind={kind} id={id} />;
  return (
    <Answered of={of} what={`the ${kind} ${id}`}>
      {(answer) => (
        <div className="thing">
          <div className="screen-head">
            <h1>
              <Title>{nameOf(answer.data) ?? id}</Title> <Id>{id}</Id>
            </h1>
            {tools === undefined && about === undefined ? null : (
              <span className="panel-tools">
                {tools}
                {about === undefined ? null : (
                  <EvidenceButton
                    about={about}
                    question={{ ...questionOf(view), validAt: answer.clocks.validAt }}
                  />
                )}
              </span>
            )}
          </div>
          <Purpose>{what}</Purpose>
          <dl className="thing-facts">{factsOf(answer.data)}</dl>
          <ClockSentence clocks={answer.clocks} />
          {children(answer)}
        </div>
      )}
    </Answered>
  );
};

/** An unknown property of a thing. */
export const NotKnown = () => <span className="unknown">not known</span>;

/** A country or jurisdiction with its name. */
export const CountryFact = ({ code }: { code: string | null }) =>
  code === null ? (
    <NotKnown />
  ) : (
    <>
      <Country code={code} /> {countryName(code)}
    </>
  );
