/** The addresses at which the console's page is shown. */
export const consolePaths = [
  '/',
  '/person',
  '/map',
  '/findings',
  '/findings/try',
  '/reach',
  '/log',
  '/integrity',
  '/health',
];
