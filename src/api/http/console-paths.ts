/** The addresses at which the console's page is shown. */
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

/** Whether a path is that of a page of the console, or of one of its files. */
export const isOfConsole = (path: string): boolean => ofConsole.has(path) || path.startsWith('/assets/');
