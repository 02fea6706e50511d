#!/usr/bin/env node
// The `voltana` executable: starts at once when there is a build, whatever its age.
import './setup/require-node.js';

const flushed = (stream) =>
  new Promise((resolve) => {
    stream.once('error', resolve);
    if (stream.writable) stream.write('', () => resolve());
    else resolve();
  });

/**
 * Runs one command and ends the process with its exit code.
 * @param {string[]} argv the command and its arguments
 */
export const main = async (argv) => {
  // A reader that goes away is not our failure; a command that wants to end early listens for itself.
  for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});
  const { cli } = await import('../dist/cli.js');
  const exitCode = await cli(argv, new URL('../package.json', import.meta.url).href);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  process.exit(exitCode);
};

const isExecuted = async () => {
  const { realpathSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url));
};

const makeReady = async () => {
  const { isBuilt } = await import('./setup/freshness.js');
  if (isBuilt()) return;
  const { prepare } = await import('./setup/prepare.js');
  const { reportFailure } = await import('./setup/report.js');
  await prepare({ built: 'any' }).catch((error) => process.exit(reportFailure(error)));
};

if (await isExecuted()) {
  await makeReady();
  await main(process.argv.slice(2));
}
