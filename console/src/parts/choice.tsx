/**
 * Filters of a screen.
 */
import { type ReactNode, useId } from 'react';

export const Choice = <A extends string>({
  label,
  value,
  any,
  options,
  onChange,
}: {
  label: string;
  /** The chosen value; undefined for `any`. */
  value: string | undefined;
  /** The label for no choice. */
  any: string;
  /** The values with their labels. */
  options: ReadonlyArray<readonly [value: A, words: string]>;
  onChange: (value: A | undefined) => void;
}) => {
  const id = useId();
  // An address may contain a value that is not an option; it is shown as written.
  const foreign = value !== undefined && !options.some(([each]) => each === value);
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <select
        id={id}
        value={value ?? ''}
        onChange={({ target }) => onChange(options.find(([each]) => each === target.value)?.[0])}
      >
        <option value="">{any}</option>
        {foreign ? <option value={value}>{value}</option> : null}
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
      <span className="paper-value">{options.find(([each]) => each === value)?.[1] ?? value ?? any}</span>
    </span>
  );
};

/** A choice of one among a few, as buttons beside each other. */
export const Tabs = <A extends string | undefined>({
  legend,
  value,
  options,
  onChange,
}: {
  legend: string;
  value: A;
  /** The values with their labels. */
  options: ReadonlyArray<readonly [value: A, words: string]>;
  onChange: (value: A) => void;
}) => (
  <fieldset className="tabs">
    <legend className="unseen">{legend}</legend>
    {options.map(([each, words]) => (
      <button
        key={words}
        type="button"
        className="quiet"
        aria-pressed={value === each}
        onClick={() => onChange(each)}
      >
        {words}
      </button>
    ))}
  </fieldset>
);

/** The choices and fields that filter a screen. */
export const Filters = ({ label, children }: { label: string; children: ReactNode }) => (
  <form className="filters" aria-label={label} onSubmit={(event) => event.preventDefault()}>
    {children}
  </form>
);
