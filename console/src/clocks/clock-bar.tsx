/** The two clocks and the minimum assurance, on every screen. */
import { type FormEvent, useEffect, useId, useState } from 'react';
import { Assurance } from '../../../src/domain/events/words.ts';
import { MomentField, PositionField } from './clock-fields.tsx';
import { useChangeView, useView } from './use-view.ts';

/** The choices for the minimum assurance (R6). */
export const assuranceWords: Readonly<Record<Assurance, string>> = {
  claimed: 'claimed or better',
  observed: 'observed or better',
  verified: 'verified only',
};

const choices = Assurance.words;

/** How the known time is given: the latest, by the ledger's clock, or as a position in the log. */
type KnownBy = 'now' | 'date' | 'position';

/** @param valid whether the screen has a valid time; the log has none. */
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
          <option value="position">at a log position</option>
        </select>
        {chosen === 'date' ? (
          <MomentField
            label="on"
            placeholder="e.g. 2022-06-30"
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
        <label htmlFor={`${id}-assurance`}>Assurance</label>
        <select
          id={`${id}-assurance`}
          value={view.minAssurance ?? 'claimed'}
          onChange={({ target }) =>
            change({ minAssurance: choices.find((word) => word !== 'claimed' && word === target.value) })
          }
        >
          {choices.map((word) => (
            <option key={word} value={word}>
              {assuranceWords[word]}
            </option>
          ))}
        </select>
      </span>
    </form>
  );
};
