/** The command line in examples for copying: the script in the repository, or npm's in an installed package. */
export const ownCommand = import.meta.url.endsWith('.ts') ? 'bin/domicile' : 'npx domicile';
