/** The addresses at which the console's page is shown. */
export const consolePaths = [
  '/',
  '/person',
  '/map',
  '/site',
  '/party',
  '/dataset',
  '/population',
  '/backup',
  '/findings',
  '/findings/try',
  '/reach',
  '/log',
  '/reads',
  '/correct',
  '/integrity',
  '/health',
];
