/**
 * The two clocks and the assurance filter: what every screen is about, set here and said in a sentence beneath.
 */
import * as E from 'fp-ts/lib/Either.js';
import { type FormEvent, useEffect, useId, useState } from 'react';
import type { Clocks } from '../../../src/client/client.ts';
import { Icon } from '../parts/icon.tsx';
import { localDiffers, localMoment, readMoment, wordedMoment } from './instants.ts';
import { useChangeView, useView } from './use-view.ts';

/** The words for the least assurance that counts. */
const assuranceWords: Readonly<Record<string, string>> = {
  claimed: 'claimed or better',
  observed: 'observed or better',
  verified: 'verified only',
};

const MomentField = ({
  label,
  value,
  placeholder,
  onChange,
}: {
  label: string;
  value: string;
  placeholder: string;
  onChange: (value: string | undefined) => void;
}) => {
  const [typed, setTyped] = useState(value);
  const [fault, setFault] = useState<string>();
  const id = useId();
  useEffect(() => {
    setTyped(value);
    setFault(undefined);
  }, [value]);
  const take = (): void => {
    if (typed.trim() === '' || typed.trim().toLowerCase() === 'now') {
      setFault(undefined);
      if (value !== '') onChange(undefined);
      return;
    }
    const read = readMoment(typed);
    if (E.isLeft(read)) return setFault(read.left);
    setFault(undefined);
    if (read.right !== value) onChange(read.right);
  };
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <input
        id={id}
        type="text"
        autoComplete="off"
        spellCheck={false}
        placeholder={placeholder}
        value={typed}
        aria-invalid={fault !== undefined}
        aria-describedby={fault === undefined ? undefined : `${id}-fault`}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => {
          if (event.key === 'Enter') take();
          if (event.key === 'Escape') setTyped(value);
        }}
      />
      {fault === undefined ? null : (
        <span className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </span>
  );
};

/** How "as known" is chosen: the latest, by the clock of the ledger, or by a position in the log. */
type KnownBy = 'now' | 'date' | 'position';

const PositionField = ({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string | undefined) => void;
}) => {
  const [typed, setTyped] = useState(value);
  useEffect(() => setTyped(value), [value]);
  const take = (): void => {
    const position = /^\d{1,16}$/.test(typed.trim()) ? typed.trim() : undefined;
    if ((position ?? '') !== value) onChange(position);
  };
  return (
    <span className="field">
      <input
        type="text"
        inputMode="numeric"
        autoComplete="off"
        aria-label="As known at position"
        placeholder="a position"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
    </span>
  );
};

/**
 * The controls.
 *
 * @param valid whether the screen has a moment at which things are true; the log has none.
 */
export const ClockBar = ({ valid }: { valid: boolean }) => {
  const view = useView();
  const change = useChangeView();
  const known: KnownBy =
    view.knownPosition !== undefined ? 'position' : view.knownAt !== undefined ? 'date' : 'now';
  const [chosen, setChosen] = useState<KnownBy>(known);
  useEffect(() => setChosen(known), [known]);
  const id = useId();

  const choose = (next: KnownBy): void => {
    setChosen(next);
    if (next === 'now') change({ knownAt: undefined, knownPosition: undefined });
  };

  return (
    <form
      className="clock-bar"
      aria-label="Clocks and assurance"
      onSubmit={(event: FormEvent) => event.preventDefault()}
    >
      {valid ? (
        <MomentField
          label="True on"
          placeholder="now"
          value={view.validAt ?? ''}
          onChange={(validAt) => change({ validAt })}
        />
      ) : null}
      <span className="field">
        <label htmlFor={`${id}-known`}>As known</label>
        <select id={`${id}-known`} value={chosen} onChange={(event) => choose(event.target.value as KnownBy)}>
          <option value="now">now</option>
          <option value="date">on a date</option>
          <option value="position">at a position of the log</option>
        </select>
        {chosen === 'date' ? (
          <MomentField
            label="on"
            placeholder="2022-06-30"
            value={view.knownAt ?? ''}
            onChange={(knownAt) => change({ knownAt, knownPosition: undefined })}
          />
        ) : null}
        {chosen === 'position' ? (
          <PositionField
            value={view.knownPosition ?? ''}
            onChange={(knownPosition) => change({ knownPosition, knownAt: undefined })}
          />
        ) : null}
      </span>
      <span className="field" hidden={!valid}>
        <label htmlFor={`${id}-assurance`}>Counting what is</label>
        <select
          id={`${id}-assurance`}
          value={view.minAssurance ?? 'claimed'}
          onChange={(event) =>
            change({ minAssurance: event.target.value === 'claimed' ? undefined : event.target.value })
          }
        >
          {Object.entries(assuranceWords).map(([word, meaning]) => (
            <option key={word} value={word}>
              {meaning}
            </option>
          ))}
        </select>
      </span>
    </form>
  );
};

/** What the answer itself says of what it knew. */
const Known = ({ clocks }: { clocks: Clocks | undefined }) =>
  clocks === undefined ? null : (
    <span className="detail">
      {' '}
      log position {clocks.position}, {wordedMoment(Math.floor(Date.parse(clocks.knownAt) / 60_000) * 60_000)}
    </span>
  );

/** An address may hold anything: what is no moment is said as it is written. */
const knownOn = (written: string): string => {
  const ms = Date.parse(written);
  return Number.isNaN(ms) ? written : wordedMoment(ms);
};

const PrintButton = () => (
  <button type="button" className="quiet" onClick={() => window.print()}>
    <Icon name="print" />
    Print
  </button>
);

/** The same for an answer over all time, as known now, whatever the address says of clocks. */
export const AllTimeSentence = ({ clocks }: { clocks: Clocks }) => (
  <div className="clock-sentence">
    <p>
      <Icon name="clock" />
      <span>
        Over <strong>all time</strong>
      </span>
    </p>
    <p>
      <Icon name="live" />
      <span>
        As known <strong>now</strong>
        <Known clocks={clocks} />
      </span>
    </p>
    <span className="clock-actions">
      <PrintButton />
    </span>
  </div>
);

/**
 * Which clocks the page shows, in a sentence: with what the answer itself says of them.
 *
 * @param at the moment that is shown, where one is being dragged; else that of the answer.
 * @param knownOnly where things have no moment at which they are true, as in the log.
 */
export const ClockSentence = ({
  clocks,
  at,
  knownOnly = false,
}: {
  clocks: Clocks | undefined;
  at?: number | undefined;
  knownOnly?: boolean;
}) => {
  const view = useView();
  const change = useChangeView();
  const answered = clocks === undefined ? undefined : Date.parse(clocks.validAt);
  // Where no moment was chosen it is now: to the minute is all that anybody wants to read.
  const now =
    answered === undefined || view.validAt !== undefined ? answered : Math.floor(answered / 60_000) * 60_000;
  const valid = at ?? now;
  const knownNow = view.knownAt === undefined && view.knownPosition === undefined;
  const pinned = !knownNow && (knownOnly || view.validAt !== undefined);
  return (
    <div className={`clock-sentence ${knownNow ? '' : 'known-then'}`}>
      <p hidden={knownOnly}>
        <Icon name="clock" />
        <span>
          True on <strong>{valid === undefined ? '…' : wordedMoment(valid)}</strong>
          {view.validAt === undefined && at === undefined ? ' (now)' : ''}
          {valid !== undefined && localDiffers(valid) ? (
            <span className="local"> {localMoment(valid)}</span>
          ) : null}
        </span>
      </p>
      <p>
        <Icon name={knownNow ? 'live' : 'pin'} />
        <span>
          {knownNow ? (
            <>
              As known <strong>now</strong>
            </>
          ) : view.knownPosition !== undefined ? (
            <>
              As known <strong>at position {view.knownPosition}</strong>, not what was learned since
            </>
          ) : (
            <>
              As known <strong>on {knownOn(view.knownAt ?? '')}</strong>, not what was learned since
            </>
          )}
          <Known clocks={clocks} />
        </span>
      </p>
      <p hidden={knownOnly}>
        Counting events <strong>{assuranceWords[view.minAssurance ?? 'claimed'] ?? view.minAssurance}</strong>
      </p>
      <span className="clock-actions">
        {clocks === undefined || pinned ? null : (
          <button
            type="button"
            className="quiet"
            title="Makes a link that shows the same for ever: both clocks are fixed in the address"
            onClick={() =>
              change({
                ...(knownOnly ? {} : { validAt: view.validAt ?? clocks.validAt }),
                knownAt: undefined,
                knownPosition: clocks.position,
              })
            }
          >
            <Icon name="pin" />
            {knownOnly ? 'Fix what is known' : 'Fix both clocks'}
          </button>
        )}
        {knownNow ? null : (
          <button
            type="button"
            className="quiet"
            onClick={() => change({ knownAt: undefined, knownPosition: undefined })}
          >
            Show as known now
          </button>
        )}
        <PrintButton />
      </span>
    </div>
  );
};
