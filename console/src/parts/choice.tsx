/**
 * A choice among a few, with its name before it.
 */
import { type ReactNode, useId } from 'react';

export const Choice = ({
  label,
  value,
  any,
  options,
  onChange,
}: {
  label: string;
  /** What is chosen; undefined for `any`. */
  value: string | undefined;
  /** What it is called to choose none of them. */
  any: string;
  /** What can be chosen, and how it is called. */
  options: ReadonlyArray<readonly [value: string, words: string]>;
  onChange: (value: string | undefined) => void;
}) => {
  const id = useId();
  // An address may name what is not among them: it is shown as it is.
  const foreign = value !== undefined && !options.some(([each]) => each === value);
  return (
    <span className="field">
      <label htmlFor={id}>{label}</label>
      <select id={id} value={value ?? ''} onChange={(event) => onChange(event.target.value || undefined)}>
        <option value="">{any}</option>
        {foreign ? <option value={value}>{value}</option> : null}
        {options.map(([each, words]) => (
          <option key={each} value={each}>
            {words}
          </option>
        ))}
      </select>
    </span>
  );
};

/** Choices and fields that say which part of something is shown. */
export const Filters = ({ label, children }: { label: string; children: ReactNode }) => (
  <form className="filters" aria-label={label} onSubmit={(event) => event.preventDefault()}>
    {children}
  </form>
);
