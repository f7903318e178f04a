/**
 * What stands around every screen: where to go, whom to look for, the clocks, how it stands with the server.
 */
import { Link, Outlet, useNavigate, useRouterState } from '@tanstack/react-router';
import { type FormEvent, useEffect, useRef, useState } from 'react';
import { ClockBar } from './clocks/clock-bar.tsx';
import { useView } from './clocks/use-view.ts';
import { clocksOf, questionOf } from './clocks/view-search.ts';
import { Keys } from './keys.tsx';
import { useConnection } from './ledger/live.ts';
import { setKey, useSession } from './ledger/session.ts';
import { Icon } from './parts/icon.tsx';
import { NamesAt } from './parts/names.tsx';
import { ProofPanel } from './parts/proof-panel.tsx';

const screens = [
  { to: '/person', label: 'Person' },
  { to: '/map', label: 'Map' },
  { to: '/findings', label: 'Findings' },
  { to: '/reach', label: 'Reach' },
  { to: '/log', label: 'Log' },
  { to: '/health', label: 'Health' },
] as const;

/** The one box for a person. It keeps the clocks as they are. */
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
    // biome-ignore lint/a11y/useSemanticElements: a form with the role is what assistive technology knows best.
    <form className="person-search" role="search" aria-label={label} onSubmit={go}>
      <Icon name="search" />
      <input
        ref={input}
        type="search"
        aria-label={`${label} by identifier`}
        placeholder="A person’s identifier"
        autoComplete="off"
        spellCheck={false}
        maxLength={128}
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit">Look</button>
    </form>
  );
};

const ConnectionMark = () => {
  const connection = useConnection();
  switch (connection.state) {
    case 'connecting':
      return <span className="connection">connecting</span>;
    case 'live':
      return (
        <span className="connection live" title="What is recorded shows here by itself">
          <Icon name="live" />
          live, position {connection.head}
        </span>
      );
    case 'lost':
      return (
        <span className="connection lost">
          <Icon name="warning" />
          no answer
        </span>
      );
    case 'refused':
      return (
        <span className="connection lost">
          <Icon name="warning" />
          key needed
        </span>
      );
  }
};

const LostBanner = () => {
  const connection = useConnection();
  return (
    <div role="status" className="banner-place">
      {connection.state === 'lost' ? (
        <p className="banner">
          <Icon name="warning" />
          <span>
            <strong>The ledger does not answer.</strong> What is shown was read before{' '}
            {new Date(connection.since).toLocaleTimeString('en-GB')}. The page asks again by itself; nothing
            has to be reloaded.
          </span>
        </p>
      ) : null}
    </div>
  );
};

const KeyGate = () => {
  const { token } = useSession();
  const [typed, setTyped] = useState('');
  return (
    <form
      className="key-gate"
      aria-label="Sign in by a key"
      onSubmit={(event) => {
        event.preventDefault();
        setKey(typed.trim() === '' ? undefined : typed.trim());
      }}
    >
      <h1>{token === undefined ? 'This ledger wants a key' : 'This key does not let you in'}</h1>
      <p>
        Reading needs the scope <code>audit</code>; to look people up by their own identifiers, it needs{' '}
        <code>identify</code>, too. Whoever runs the ledger makes a key with <code>domicile keys create</code>
        . It is kept for this tab alone.
      </p>
      <label htmlFor="key">Key</label>
      <input
        id="key"
        type="password"
        autoComplete="off"
        value={typed}
        onChange={(event) => setTyped(event.target.value)}
      />
      <button type="submit">Open</button>
    </form>
  );
};

type Theme = 'light' | 'dark' | undefined;

const ThemeSwitch = () => {
  const [theme, setTheme] = useState<Theme>(() => document.documentElement.dataset.theme as Theme);
  const system = window.matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';
  const next = (theme ?? system) === 'dark' ? 'light' : 'dark';
  return (
    <button
      type="button"
      className="quiet theme-switch"
      aria-label={`Show in ${next} colours`}
      onClick={() => {
        document.documentElement.dataset.theme = next;
        setTheme(next);
        try {
          localStorage.setItem('theme', next);
        } catch {
          // Storage is refused: the theme lasts as long as the page.
        }
      }}
    >
      <Icon name={next === 'dark' ? 'moon' : 'sun'} />
    </button>
  );
};

/** Says what screen it is, in the title of the tab and to those who hear it. */
export const useTitle = (title: string): void => {
  useEffect(() => {
    document.title = `${title} · Domicile`;
  }, [title]);
};

export const Shell = () => {
  const view = useView();
  const { pathname: path, href } = useRouterState({ select: (state) => state.location });
  const subject = view.subject;
  const refused = useConnection().state === 'refused';
  return (
    <>
      <a className="skip" href="#main">
        Skip to the answer
      </a>
      <header className="top">
        <Link to="/" search={{ ...clocksOf(view) }} className="brand">
          <svg viewBox="0 0 32 32" aria-hidden="true">
            <path d="M7 10h12M7 16h18M13 22h12" />
            <path className="now" d="M20.5 5v22" />
          </svg>
          Domicile
        </Link>
        <nav aria-label="Screens">
          {screens.map(({ to, label }) => (
            <Link
              key={to}
              to={to}
              search={{
                ...clocksOf(view),
                ...(to === '/person' && subject !== undefined ? { subject } : {}),
              }}
              activeProps={{ 'aria-current': 'page' }}
              activeOptions={{ includeSearch: false }}
            >
              {label}
            </Link>
          ))}
        </nav>
        {path === '/' ? null : <PersonSearch label="Find a person" />}
        <ConnectionMark />
        <span className="top-tools">
          <Keys />
          <ThemeSwitch />
        </span>
      </header>
      <LostBanner />
      {path === '/health' || path === '/findings/try' ? null : <ClockBar valid={path !== '/log'} />}
      <NamesAt question={questionOf(view)}>
        <div className="with-proof">
          <main id="main" tabIndex={-1}>
            <p className="on-paper">
              From {location.origin}
              {href}
            </p>
            {refused ? <KeyGate /> : <Outlet />}
          </main>
          <ProofPanel />
        </div>
      </NamesAt>
    </>
  );
};

export const NotFound = () => {
  useTitle('No such page');
  return (
    <section className="state-page">
      <h1>There is no such page</h1>
      <p>
        Nothing of the ledger is at this address. <Link to="/">Begin with a person.</Link>
      </p>
    </section>
  );
};
