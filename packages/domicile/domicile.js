#!/usr/bin/env node
// Starts the command line on the Node that runs this file, if that is recent enough. An older Node must be able to read
// this file, so it uses old syntax only.
const [major] = process.versions.node.split('.');
if (Number(major) < 24) {
  console.error(
    'domicile: needs Node 24 or later, and this is Node ' +
      process.versions.node +
      '. Install a newer one from https://nodejs.org, or run it in a container.',
  );
  process.exitCode = 2;
} else {
  // What Node compiled once is kept, which makes later starts faster.
  import('node:module').then((module) => {
    module.enableCompileCache();
    return import('../src/cli/domicile.js');
  });
}
