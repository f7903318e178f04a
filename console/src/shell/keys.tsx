/** The keyboard shortcuts of every screen, and the list of them. */
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { useView } from '../clocks/use-view.ts';
import { clocksOf } from '../clocks/view-search.ts';
import { Icon } from '../parts/icon.tsx';

/** The letter of each screen, pressed after `g`. */
const screens = {
  p: ['/person', 'a person'],
  m: ['/map', 'the map'],
  f: ['/findings', 'findings'],
  w: ['/findings/try', 'what if'],
  r: ['/reach', 'reach'],
  b: ['/backups', 'backups'],
  e: ['/reports', 'reports'],
  l: ['/log', 'the log'],
  h: ['/health', 'health'],
} as const;

type Letter = keyof typeof screens;

const isLetter = (key: string): key is Letter => Object.hasOwn(screens, key);

const listed: ReadonlyArray<readonly [keys: ReadonlyArray<string>, words: string]> = [
  [['/'], 'to the search for a person'],
  [['t'], 'to the field for the moment'],
  [['s'], 'to the time scrubber'],
  ...Object.entries(screens).map(([letter, [, words]]) => [['g', letter], `to ${words}`] as const),
  [['Esc'], 'close the proof'],
  [['?'], 'show this list'],
];

/** How long after `g` a letter is accepted. */
const letterMsMax = 1_500;

const isTypedInto = (target: EventTarget | null): boolean =>
  target instanceof HTMLElement && /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName);

const focusOn = (selector: string): boolean => {
  const element = document.querySelector<HTMLElement>(selector);
  element?.focus();
  return element !== null;
};

export const Keys = () => {
  const view = useView();
  const navigate = useNavigate();
  const list = useRef<HTMLDialogElement>(null);
  const wentAt = useRef(Number.NEGATIVE_INFINITY);

  useEffect(() => {
    const press = (event: KeyboardEvent): void => {
      if (event.defaultPrevented || event.ctrlKey || event.metaKey || event.altKey) return;
      if (isTypedInto(event.target) || document.querySelector('dialog[open]') !== null) return;
      const { key, timeStamp } = event;
      const goes = timeStamp - wentAt.current <= letterMsMax;
      wentAt.current = key === 'g' && !goes ? timeStamp : Number.NEGATIVE_INFINITY;
      if (goes && isLetter(key)) {
        event.preventDefault();
        void navigate({ to: screens[key][0], search: clocksOf(view) });
      } else if (key === '?') list.current?.showModal();
      else if ((key === 't' && focusOn('.clock-bar input')) || (key === 's' && focusOn('.handle')))
        event.preventDefault();
    };
    window.addEventListener('keydown', press);
    return () => window.removeEventListener('keydown', press);
  }, [navigate, view]);

  return (
    <>
      <button
        type="button"
        className="quiet keys-button"
        aria-label="Show keyboard shortcuts"
        title="Show keyboard shortcuts"
        onClick={() => list.current?.showModal()}
      >
        <Icon name="keys" />
      </button>
      <dialog ref={list} className="dialog keys" aria-labelledby="keys-title">
        <header>
          <h2 id="keys-title">Keyboard shortcuts</h2>
          <button type="button" className="quiet" onClick={() => list.current?.close()}>
            <Icon name="close" />
            Close
          </button>
        </header>
        <dl>
          {listed.map(([keys, words]) => (
            <div key={words}>
              <dt>
                {keys.map((key) => (
                  <kbd key={key}>{key}</kbd>
                ))}
              </dt>
              <dd>{words}</dd>
            </div>
          ))}
        </dl>
        <p className="hint">
          On the handle of the time scrubber: <kbd>←</kbd> <kbd>→</kbd> move by a day, with <kbd>Shift</kbd>{' '}
          by a month, <kbd>Page Up</kbd> <kbd>Page Down</kbd> by a year, <kbd>n</kbd> <kbd>p</kbd> to the next
          and the previous change, <kbd>Home</kbd> <kbd>End</kbd> to the first and the last. The arrow keys
          move from bar to bar; <kbd>Enter</kbd> opens the proof of a bar.
        </p>
      </dialog>
    </>
  );
};
