/** The frame of every screen: the navigation, the search, the clocks, and the connection to the ledger. */
import { Link, Outlet, useRouterState } from '@tanstack/react-router';
import { ClockBar } from '../clocks/clock-bar.tsx';
import { useView } from '../clocks/use-view.ts';
import { clocksOf, questionOf } from '../clocks/view-search.ts';
import { ledgerUrl } from '../ledger/base-path.ts';
import { useConnection } from '../ledger/live.ts';
import { setKey, useSession } from '../ledger/session.ts';
import { NamesAt } from '../parts/names.tsx';
import { ProofPanel } from '../parts/proof-panel.tsx';
import { ConnectionMark, LostBanner } from './connection.tsx';
import { IntegrityBanner, IntegrityMark } from './integrity-banner.tsx';
import { KeyGate } from './key-gate.tsx';
import { Keys } from './keys.tsx';
import { PersonSearch } from './person-search.tsx';
import { ThemeSwitch } from './theme-switch.tsx';
import { VaultBanner } from './vault-banner.tsx';

const screens = [
  { to: '/person', label: 'Person' },
  { to: '/map', label: 'Map' },
  { to: '/findings', label: 'Findings' },
  { to: '/reach', label: 'Reach' },
  { to: '/backups', label: 'Backups' },
  { to: '/reports', label: 'Reports' },
  { to: '/log', label: 'Log' },
  { to: '/health', label: 'Health' },
] as const;

/** Screens without a moment. */
const withoutClocks: ReadonlySet<string> = new Set([
  '/health',
  '/check',
  '/integrity',
  '/findings/try',
  '/reads',
  '/correct',
]);

export const Shell = () => {
  const view = useView();
  const { pathname: path, href } = useRouterState({ select: (state) => state.location });
  const subject = view.subject;
  const { token } = useSession();
  const refused = useConnection().state === 'refused';
  return (
    <>
      <a className="skip" href="#main">
        Skip to the main content
      </a>
      <header className="top">
        <Link to="/" search={clocksOf(view)} className="brand">
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
        <IntegrityMark />
        <span className="top-tools">
          {token === undefined ? null : (
            <button type="button" className="quiet" onClick={() => setKey(undefined)}>
              Sign out
            </button>
          )}
          <Keys />
          <ThemeSwitch />
        </span>
      </header>
      <LostBanner />
      <VaultBanner />
      <IntegrityBanner />
      {withoutClocks.has(path) ? null : <ClockBar valid={path !== '/log'} />}
      <NamesAt question={questionOf(view)}>
        <div className="with-proof">
          <main id="main" tabIndex={-1}>
            <p className="on-paper">
              From {ledgerUrl}
              {href}
            </p>
            {refused && path !== '/check' ? <KeyGate /> : <Outlet />}
          </main>
          <ProofPanel />
        </div>
      </NamesAt>
    </>
  );
};
