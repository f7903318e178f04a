/** The paths of the console's page. */
export const consolePaths = [
  '/',
  '/signed-in',
  '/person',
  '/map',
  '/site',
  '/party',
  '/dataset',
  '/population',
  '/backup',
  '/backups',
  '/finding',
  '/reports',
  '/findings',
  '/findings/try',
  '/reach',
  '/log',
  '/reads',
  '/correct',
  '/integrity',
  '/check',
  '/health',
];

const ofConsole: ReadonlySet<string> = new Set([...consolePaths, '/icon.svg', '/theme.js']);

/** Whether a path belongs to the console: to its page or to its files. */
export const isOfConsole = (path: string): boolean => ofConsole.has(path) || path.startsWith('/assets/');
