/**
 * The events that prove an answer: each as a sentence, with both its times, its assurance and evidence, its
 * corrections and discrepancies, and its JSON.
 */
import { useQueries } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import type { EventDetail, WireEvent } from '../../../src/client/rows.ts';
import { shownJson, shownText } from '../../../src/contract/shown-text.ts';
import { localDiffers, localMoment, wordedMoment } from '../clocks/instants.ts';
import { useChangeView, useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { type Piece, sentenceOfEvent, typeInWords } from '../ledger/event-words.ts';
import { eventAt } from '../ledger/log-queries.ts';
import { AssuranceMark } from './assurance.tsx';
import { Icon } from './icon.tsx';
import { Moment } from './moment.tsx';
import { Id, PartyWord, SiteWord } from './names.tsx';
import { SignedLog } from './signed-log.tsx';
import { Answered } from './states.tsx';
import { webAddressOf } from './web-address.ts';

const PieceText = ({ piece }: { piece: Piece }) => {
  const view = useView();
  if (typeof piece === 'string') return shownText(piece);
  switch (piece.kind) {
    case 'site':
      return <SiteWord id={piece.id} />;
    case 'party':
      return <PartyWord id={piece.id} />;
    case 'time':
      return <Moment at={piece.id} />;
    case 'subject':
      return (
        <Link to="/person" search={{ ...clocksOf(view), subject: piece.id }}>
          <Id>{piece.id}</Id>
        </Link>
      );
    case 'other':
      return <Id>{piece.id}</Id>;
  }
};

/** The sentence of an event, with names. */
export const EventSentence = ({ event }: { event: WireEvent }) =>
  sentenceOfEvent(event).map((piece, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: pieces of a sentence are identified by their order.
    <PieceText key={index} piece={piece} />
  ));

const Evidence = ({ of }: { of: string | undefined }) => {
  if (of === undefined) return <span className="unknown">none</span>;
  const address = webAddressOf(of);
  return address === undefined ? (
    <Id>{shownText(of)}</Id>
  ) : (
    <a href={address} rel="noreferrer noopener" target="_blank">
      {shownText(of)}
    </a>
  );
};

/** Who recorded an event, with which scopes. */
const Recorder = ({ of: { recordedby, authority } }: { of: WireEvent }) => (
  <>
    {recordedby === null ? <span className="unknown">no key</span> : <Id>{shownText(recordedby)}</Id>}
    {authority === null ? null : <span className="scopes"> with {authority.split(' ').join(', ')}</span>}
  </>
);

const Instant = ({ at }: { at: string }) => (
  <>
    {wordedMoment(Date.parse(at))}
    {localDiffers(Date.parse(at)) ? <span className="local"> {localMoment(Date.parse(at))}</span> : null}
  </>
);

/** Corrections, and events of the ledger itself, cannot be corrected (R4). */
const isCorrectable = ({ type }: WireEvent): boolean =>
  !['EventRetracted', 'EventCorrected', 'SubjectForgotten', 'SigningKeyRotated'].includes(type);

/** One event with everything the ledger knows about it. */
const EventCard = ({ detail }: { detail: EventDetail }) => {
  const { event, corrections, discrepancies } = detail;
  const change = useChangeView();
  const before = String(Number(event.position) - 1);
  return (
    <article className="event-card" aria-label={`Event ${event.position}`}>
      <h3>
        <span className="event-type">{typeInWords(event.type)}</span>
        <span className="event-position">position {event.position}</span>
      </h3>
      <p className="event-sentence">
        <EventSentence event={event} />
      </p>
      <dl>
        <dt>Valid from</dt>
        <dd>
          <Instant at={event.time} />
        </dd>
        <dt>Recorded</dt>
        <dd>
          <Instant at={event.recordedat} />
        </dd>
        <dt>Recorded by</dt>
        <dd>
          <Recorder of={event} />
        </dd>
        <dt>Assurance</dt>
        <dd>
          <AssuranceMark of={event.assurance} />
        </dd>
        <dt>Evidence</dt>
        <dd>
          <Evidence of={event.evidence} />
        </dd>
        <dt>Source</dt>
        <dd>
          <Id>{event.source}</Id>
        </dd>
        <dt>Id</dt>
        <dd>
          <Id>{event.id}</Id>
        </dd>
      </dl>
      {corrections.length === 0 ? null : (
        <section className="corrections">
          <h4>Corrections</h4>
          <ul>
            {corrections.map((correction) => (
              <li key={correction.position}>
                <Icon name="late" />
                <span>
                  Position {correction.position} {correction.kind}
                  {correction.kind === 'does nothing' ? '' : ' it'}:{' '}
                  <EventSentence event={correction.event} /> <AssuranceMark of={correction.event.assurance} />
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      {discrepancies.length === 0 ? null : (
        <section className="discrepancies">
          <h4>Discrepancies</h4>
          <ul>
            {discrepancies.map(({ code, message }) => (
              <li key={code}>
                <Icon name="warning" />
                <span>
                  {message} <span className="code">{code}</span>
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
      <p className="event-actions">
        <button
          type="button"
          className="quiet"
          onClick={() => change({ knownPosition: before, knownAt: undefined })}
        >
          As known before it
        </button>
        <button
          type="button"
          className="quiet"
          onClick={() => change({ knownPosition: event.position, knownAt: undefined })}
        >
          As known with it
        </button>
        {isCorrectable(event) ? (
          <Link to="/correct" search={{ event: event.position }} className="quiet-link">
            Correct this event
          </Link>
        ) : null}
      </p>
      <SignedLog position={event.position} />
      <details>
        <summary>JSON</summary>
        <pre>{shownJson(event)}</pre>
      </details>
    </article>
  );
};

/** The panel beside the answer. */
export const ProofPanel = () => {
  const view = useView();
  const change = useChangeView();
  const heading = useRef<HTMLHeadingElement>(null);
  const opener = useRef<Element | null>(null);
  const positions = (view.proof ?? '').split(',').filter((text) => /^\d{1,16}$/.test(text));
  const question = questionOf(view);
  const details = useQueries({ queries: positions.map((position) => eventAt(position, question)) });
  const open = positions.length > 0;

  useEffect(() => {
    if (!open) return;
    opener.current = document.activeElement;
    heading.current?.focus({ preventScroll: true });
    return () => {
      if (opener.current instanceof HTMLElement) opener.current.focus({ preventScroll: true });
    };
  }, [open]);
  useEffect(() => {
    if (!open) return;
    const close = (event: globalThis.KeyboardEvent): void => {
      if (event.key === 'Escape' && document.querySelector('dialog[open]') === null)
        change({ proof: undefined });
    };
    window.addEventListener('keydown', close);
    return () => window.removeEventListener('keydown', close);
  });

  if (!open) return null;
  return (
    <aside className="proof-panel" aria-label="Proof">
      <header>
        <h2 tabIndex={-1} ref={heading}>
          {positions.length === 1
            ? 'The event that proves it'
            : `The ${positions.length} events that prove it`}
        </h2>
        <button type="button" className="quiet" onClick={() => change({ proof: undefined })}>
          <Icon name="close" />
          Close
        </button>
      </header>
      <div className="proof-events">
        {details.map((detail, index) => (
          <Answered key={positions[index]} of={detail} what={`event ${positions[index]}`}>
            {(answer) => <EventCard detail={answer.data} />}
          </Answered>
        ))}
      </div>
    </aside>
  );
};
