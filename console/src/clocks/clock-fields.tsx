/**
 * The fields for a moment and for a position in the log. Their text goes into the address when the field loses
 * focus or Enter is pressed.
 */
import { useQuery } from '@tanstack/react-query';
import * as E from 'fp-ts/lib/Either.js';
import { useEffect, useId, useState } from 'react';
import { typeInWords } from '../ledger/event-words.ts';
import { useConnection } from '../ledger/live.ts';
import { latestEvents } from '../ledger/log-queries.ts';
import { DayPicker } from '../parts/day-picker.tsx';
import { readMoment } from './instants.ts';

export const MomentField = ({
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
      <DayPicker label={label} value={value} onPick={onChange} />
      {fault === undefined ? null : (
        <span className="fault" id={`${id}-fault`} role="alert">
          {fault}
        </span>
      )}
    </span>
  );
};

/** The latest positions of the log with their events: the days when each was true and when it was recorded. */
const Positions = ({ id }: { id: string }) => {
  const connection = useConnection();
  const head = connection.state === 'live' ? connection.head : undefined;
  const events = useQuery({ ...latestEvents(head ?? '0'), enabled: head !== undefined });
  return (
    <datalist id={id}>
      {[...(events.data?.data ?? [])].reverse().map(({ position, type, time, recordedat }) => (
        <option key={position} value={position}>
          {`${typeInWords(type)} of ${time.slice(0, 10)}, recorded ${recordedat.slice(0, 10)}`}
        </option>
      ))}
    </datalist>
  );
};

export const PositionField = ({
  value,
  onChange,
}: {
  value: string;
  onChange: (value: string | undefined) => void;
}) => {
  const [typed, setTyped] = useState(value);
  const id = useId();
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
        placeholder="e.g. 1234"
        list={id}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
        onBlur={take}
        onKeyDown={(event) => event.key === 'Enter' && take()}
      />
      <Positions id={id} />
    </span>
  );
};
