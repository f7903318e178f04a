/**
 * Corrects an event: a form that shows the effect before anything is recorded. The event itself stays in the log
 * (R4).
 */
import { useMutation, useQuery } from '@tanstack/react-query';
import { useNavigate, useSearch } from '@tanstack/react-router';
import * as E from 'fp-ts/lib/Either.js';
import { type FormEvent, useState } from 'react';
import { type EventInput, orThrow } from '../../../src/client/client.ts';
import type { WireEvent } from '../../../src/client/rows.ts';
import { typeInWords } from '../ledger/event-words.ts';
import { eventAt } from '../ledger/log-queries.ts';
import { ledger } from '../ledger/session.ts';
import { Tabs } from '../parts/choice.tsx';
import { freshId } from '../parts/fresh-id.ts';
import { Moment } from '../parts/moment.tsx';
import { Id } from '../parts/names.tsx';
import { EventSentence } from '../parts/proof-panel.tsx';
import { Answered } from '../parts/states.tsx';
import { useTitle } from '../parts/use-title.ts';
import { type Correction, correctionOf, type Fault, unchanged } from './correction.ts';
import { Effect, Refused } from './effect.tsx';

const ways = [
  ['correct', 'It happened differently'],
  ['retract', 'It never happened'],
] as const;

export const CorrectScreen = () => {
  const { event } = useSearch({ from: '/correct' });
  useTitle('Correct an event');
  const detail = useQuery({ ...eventAt(event ?? '0', {}), enabled: event !== undefined });
  if (event === undefined)
    return (
      <section className="state-page">
        <h1>Which event?</h1>
        <p>Open an event from the log or from the proof of an answer, and choose “Correct this event”.</p>
      </section>
    );
  return (
    <Answered of={detail} what={`event ${event}`}>
      {({ data }) => <CorrectEvent key={event} event={data.event} />}
    </Answered>
  );
};

const CorrectEvent = ({ event }: { event: WireEvent }) => {
  const navigate = useNavigate();
  const [form, setForm] = useState<Correction>(() => unchanged(event));
  const [fault, setFault] = useState<Fault>();
  /** The correction to simulate, once the reader has requested it; any later change clears it. */
  const [tried, setTried] = useState<EventInput>();
  const record = useMutation({
    mutationFn: async (correction: EventInput) => orThrow(await ledger().events.emit(correction)),
    onSuccess: ({ position }) =>
      void navigate({ to: '/log', search: { proof: `${event.position},${position}` } }),
  });
  const change = (part: Partial<Correction>): void => {
    setForm({ ...form, ...part });
    setFault(undefined);
    setTried(undefined);
    record.reset();
  };
  const look = (submitted: FormEvent): void => {
    submitted.preventDefault();
    const stamp = { id: `correction-${freshId()}`, time: new Date().toISOString() };
    const made = correctionOf(event, form, stamp);
    setFault(E.isLeft(made) ? made.left : undefined);
    setTried(E.isRight(made) ? made.right : undefined);
  };
  const faultOf = (field: Fault['field']) =>
    fault?.field === field ? (
      <span className="fault" role="alert">
        {fault.message}
      </span>
    ) : null;
  return (
    <div className="thing">
      <div className="screen-head">
        <h1>Correct an event</h1>
      </div>
      <p className="hint screen-purpose">
        The event stays in the log, and answers as known before the correction stay the same. Later answers
        use what you enter here.
      </p>
      <section className="panel" aria-labelledby="as-recorded">
        <header>
          <h2 id="as-recorded">
            Position {event.position}: {typeInWords(event.type)}
          </h2>
        </header>
        <p className="panel-text">
          <span>
            <EventSentence event={event} />. Valid from <Moment at={event.time} />, from{' '}
            <Id>{event.source}</Id>
          </span>
        </p>
      </section>
      <form className="panel" aria-labelledby="what-held" onSubmit={look}>
        <header>
          <h2 id="what-held">What happened instead</h2>
          <Tabs
            legend="How to correct it"
            value={form.how}
            options={ways}
            onChange={(how) => change({ how })}
          />
        </header>
        <div className="panel-text correction">
          {form.how === 'retract' ? null : (
            <>
              <label htmlFor="correct-time">Valid from (UTC)</label>
              <input
                id="correct-time"
                type="text"
                autoComplete="off"
                spellCheck={false}
                value={form.time}
                onChange={({ target }) => change({ time: target.value })}
              />
              {faultOf('time')}
              <label htmlFor="correct-data">
                Data, as JSON. It replaces the data of the event as a whole.
              </label>
              <textarea
                id="correct-data"
                rows={Math.min(20, form.data.split('\n').length + 1)}
                spellCheck={false}
                value={form.data}
                onChange={({ target }) => change({ data: target.value })}
              />
              {faultOf('data')}
            </>
          )}
          <label htmlFor="correct-reason">Reason. It is recorded permanently; name no person in it.</label>
          <textarea
            id="correct-reason"
            rows={2}
            value={form.reason}
            onChange={({ target }) => change({ reason: target.value })}
          />
          {faultOf('reason')}
          <button type="submit">Show the effect</button>
        </div>
      </form>
      {tried === undefined ? null : (
        <Effect correction={tried} event={event}>
          {record.isError ? <Refused error={record.error} /> : null}
          <button type="button" disabled={record.isPending} onClick={() => record.mutate(tried)}>
            {record.isPending ? 'Recording…' : 'Record this correction'}
          </button>
        </Effect>
      )}
    </div>
  );
};
