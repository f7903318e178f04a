/**
 * How the command line is called in examples that people copy: in the repository by its file, where the package is
 * installed by npm.
 */
export const ownCommand = import.meta.url.endsWith('.ts') ? 'bin/domicile' : 'npx domicile';
