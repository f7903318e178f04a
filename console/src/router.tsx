/** The screens and their addresses. `view-search.ts` has the common fields of all addresses. */
import { createRootRoute, createRoute, createRouter, lazyRouteComponent } from '@tanstack/react-router';
import { eventTypes } from '../../src/client/rows.ts';
import { PartyKind } from '../../src/domain/events/words.ts';
import { comparison, oneOf, policyVersion, position, text } from './clocks/address-fields.ts';
import { parseSearch, searchWith, stringifySearch } from './clocks/view-search.ts';
import { Home } from './home.tsx';
import { basePath } from './ledger/base-path.ts';
import { Failure } from './parts/states.tsx';
import { PersonScreen } from './person/person-screen.tsx';
import { NotFound } from './shell/not-found.tsx';
import { Shell } from './shell/shell.tsx';

const root = createRootRoute({ component: Shell, notFoundComponent: NotFound });

const home = createRoute({
  getParentRoute: () => root,
  path: '/',
  validateSearch: searchWith({}),
  component: Home,
});

const person = createRoute({
  getParentRoute: () => root,
  path: '/person',
  validateSearch: searchWith({ subject: text }),
  component: PersonScreen,
});

const map = createRoute({
  getParentRoute: () => root,
  path: '/map',
  validateSearch: searchWith({ dataset: text, since: oneOf('1y', '30d') }),
  component: lazyRouteComponent(() => import('./map/map-screen.tsx'), 'MapScreen'),
});

const site = createRoute({
  getParentRoute: () => root,
  path: '/site',
  validateSearch: searchWith({ site: text }),
  component: lazyRouteComponent(() => import('./things/site-screen.tsx'), 'SiteScreen'),
});

const party = createRoute({
  getParentRoute: () => root,
  path: '/party',
  validateSearch: searchWith({ party: text }),
  component: lazyRouteComponent(() => import('./things/party-screen.tsx'), 'PartyScreen'),
});

const dataset = createRoute({
  getParentRoute: () => root,
  path: '/dataset',
  validateSearch: searchWith({ dataset: text }),
  component: lazyRouteComponent(() => import('./things/dataset-screen.tsx'), 'DatasetScreen'),
});

const population = createRoute({
  getParentRoute: () => root,
  path: '/population',
  validateSearch: searchWith({ population: text }),
  component: lazyRouteComponent(() => import('./things/population-screen.tsx'), 'PopulationScreen'),
});

const backup = createRoute({
  getParentRoute: () => root,
  path: '/backup',
  validateSearch: searchWith({ backup: text }),
  component: lazyRouteComponent(() => import('./things/backup-screen.tsx'), 'BackupScreen'),
});

const backups = createRoute({
  getParentRoute: () => root,
  path: '/backups',
  validateSearch: searchWith({ state: oneOf('held', 'overdue', 'destroyed') }),
  component: lazyRouteComponent(() => import('./things/backups-screen.tsx'), 'BackupsScreen'),
});

const finding = createRoute({
  getParentRoute: () => root,
  path: '/finding',
  validateSearch: searchWith({ finding: text }),
  component: lazyRouteComponent(() => import('./findings/finding-screen.tsx'), 'FindingScreen'),
});

const reports = createRoute({
  getParentRoute: () => root,
  path: '/reports',
  validateSearch: searchWith({
    report: oneOf('processing', 'transfers', 'backups', '28-cfr-202', 'assessment'),
  }),
  component: lazyRouteComponent(() => import('./reports/reports-screen.tsx'), 'ReportsScreen'),
});

const findings = createRoute({
  getParentRoute: () => root,
  path: '/findings',
  validateSearch: searchWith({
    policy: text,
    version: policyVersion,
    site: text,
    party: text,
    dataset: text,
    population: text,
    backup: text,
    state: oneOf('open', 'ended'),
    compare: comparison,
    group: oneOf('party', 'site', 'rule'),
  }),
  component: lazyRouteComponent(() => import('./findings/findings-screen.tsx'), 'FindingsScreen'),
});

const whatIf = createRoute({
  getParentRoute: () => root,
  path: '/findings/try',
  validateSearch: searchWith({}),
  component: lazyRouteComponent(() => import('./findings/try-screen.tsx'), 'TryScreen'),
});

const reach = createRoute({
  getParentRoute: () => root,
  path: '/reach',
  validateSearch: searchWith({
    party: text,
    site: text,
    dataset: text,
    population: text,
    backup: text,
    subject: text,
    by: oneOf('holding'),
    kind: oneOf(...PartyKind.words),
  }),
  component: lazyRouteComponent(() => import('./reach/reach-screen.tsx'), 'ReachScreen'),
});

const log = createRoute({
  getParentRoute: () => root,
  path: '/log',
  validateSearch: searchWith({
    type: oneOf(...eventTypes),
    source: text,
    subject: text,
    site: text,
    party: text,
    dataset: text,
    after: position,
    show: oneOf('open', 'resolved'),
  }),
  component: lazyRouteComponent(() => import('./log/log-screen.tsx'), 'LogScreen'),
});

const reads = createRoute({
  getParentRoute: () => root,
  path: '/reads',
  validateSearch: searchWith({ subject: text }),
  component: lazyRouteComponent(() => import('./log/reads-screen.tsx'), 'ReadsScreen'),
});

const correct = createRoute({
  getParentRoute: () => root,
  path: '/correct',
  validateSearch: searchWith({ event: position }),
  component: lazyRouteComponent(() => import('./correct/correct-screen.tsx'), 'CorrectScreen'),
});

const health = createRoute({
  getParentRoute: () => root,
  path: '/health',
  validateSearch: searchWith({}),
  component: lazyRouteComponent(() => import('./health/health-screen.tsx'), 'HealthScreen'),
});

const integrity = createRoute({
  getParentRoute: () => root,
  path: '/integrity',
  validateSearch: searchWith({}),
  component: lazyRouteComponent(() => import('./integrity/integrity-screen.tsx'), 'IntegrityScreen'),
});

const check = createRoute({
  getParentRoute: () => root,
  path: '/check',
  validateSearch: searchWith({}),
  component: lazyRouteComponent(() => import('./check/check-screen.tsx'), 'CheckScreen'),
});

export const router = createRouter({
  routeTree: root.addChildren([
    home,
    person,
    map,
    site,
    party,
    dataset,
    population,
    backup,
    backups,
    finding,
    reports,
    findings,
    whatIf,
    reach,
    log,
    reads,
    correct,
    integrity,
    health,
    check,
  ]),
  basepath: basePath === '' ? '/' : basePath,
  parseSearch,
  stringifySearch,
  defaultPreload: 'intent',
  // A failing screen keeps the navigation usable.
  defaultErrorComponent: ({ error, reset }) => <Failure error={error} retry={reset} />,
  scrollRestoration: true,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
