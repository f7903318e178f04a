/**
 * The search on every screen: for a person by identifier, and for things by identifier or name while typing. The
 * key `/` moves the focus to it.
 */
import { useNavigate } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { Icon } from '../parts/icon.tsx';
import { FoundThings } from './found-things.tsx';

/** Opens a person by identifier, under the clocks of the address. */
export const PersonSearch = ({ label, autoFocus = false }: { label: string; autoFocus?: boolean }) => {
  const view = useView();
  const navigate = useNavigate();
  const shown = view.subject ?? '';
  const [typed, setTyped] = useState(shown);
  const input = useRef<HTMLInputElement>(null);
  const [open, setOpen] = useState(false);
  useEffect(() => setTyped(shown), [shown]);
  useEffect(() => {
    if (autoFocus) input.current?.focus();
  }, [autoFocus]);
  useEffect(() => {
    const find = (event: KeyboardEvent): void => {
      const target = event.target as HTMLElement;
      if (event.key !== '/' || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return;
      if (document.querySelector('dialog[open]') !== null) return;
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
    setOpen(false);
    void navigate({ to: '/person', search: { ...clocksOf(view), subject } });
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: a form with this role is best supported by assistive technology.
    <form
      className="person-search"
      role="search"
      aria-label={label}
      onSubmit={go}
      onFocus={() => setOpen(true)}
      onBlur={({ currentTarget, relatedTarget }) => {
        if (!currentTarget.contains(relatedTarget)) setOpen(false);
      }}
      onKeyDown={(event) => event.key === 'Escape' && setOpen(false)}
      onClick={({ target }) => {
        if (target instanceof Element && target.closest('a') !== null) setOpen(false);
      }}
    >
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={`${label} by identifier`}
        placeholder="Person, or site, party, dataset…"
        autoComplete="off"
        spellCheck={false}
        value={typed}
        onChange={(event) => {
          setTyped(event.target.value);
          setOpen(true);
        }}
      />
      <button type="submit">Find</button>
      {open && typed.trim() !== shown ? <FoundThings typed={typed} /> : null}
    </form>
  );
};
