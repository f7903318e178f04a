/**
 * The search for a person, on every screen. The key `/` puts the cursor into it.
 */
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { Icon } from '../parts/icon.tsx';

/** Looks a person up by identifier, under the clocks of the address. */
export const PersonSearch = ({ label, autoFocus = false }: { label: string; autoFocus?: boolean }) => {
  const view = useView();
  const navigate = useNavigate();
  const shown = view.subject ?? '';
  const [typed, setTyped] = useState(shown);
  const input = useRef<HTMLInputElement>(null);
  useEffect(() => setTyped(shown), [shown]);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  useEffect(() => {
    const find = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.key !== '/' || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      event.preventDefault();
      input.current?.select();
    };
    window.addEventListener('keydown', find);
    return () => window.removeEventListener('keydown', find);
  }, []);
  const go = (event: FormEvent): void => {
    event.preventDefault();
    const subject = typed.trim();
    if (subject === '') return;
    void navigate({ to: '/person', search: { ...clocksOf(view), subject } });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a form with this role is best supported by assistive technology.
    <form className="person-search" role="search" aria-label={label} onSubmit={go}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={`${label} by identifier`}
        placeholder="Person identifier"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit">Find</button>
    </form>
  );
};
