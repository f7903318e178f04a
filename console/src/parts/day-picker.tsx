/** A button that opens the browser's calendar. */
import { useRef } from 'react';
import { Icon } from './icon.tsx';

export const DayPicker = ({
  label,
  value,
  onPick,
}: {
  /** The name of the field that receives the day. */
  label: string;
  /** A date or a time; other text counts as none. */
  value: string;
  onPick: (day: string) => void;
}) => {
  const input = useRef<HTMLInputElement>(null);
  const [day = ''] = /^\d{4}-\d{2}-\d{2}/.exec(value) ?? [];
  return (
    <span className="day-picker">
      <button
        type="button"
        className="quiet"
        aria-label={`Pick a day: ${label}`}
        title="Pick a day"
        onClick={() => input.current?.showPicker()}
      >
        <Icon name="calendar" />
      </button>
      <input
        ref={input}
        type="date"
        tabIndex={-1}
        aria-hidden="true"
        max="9999-12-31"
        value={day}
        onChange={({ target }) => target.value !== '' && onPick(target.value)}
      />
    </span>
  );
};
