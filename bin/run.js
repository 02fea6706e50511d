#!/usr/bin/env node
// The `voltana` executable: starts at once when there is a build, whatever its age.
import './setup/require-node.js';

/** EIO is what a terminal that went away answers. */
const CLOSED = ['EPIPE', 'EIO', 'ERR_STREAM_DESTROYED'];
const NOT_READY = 3;
/** Done, invalid, regression, threshold: what a lost document says more urgently. */
const OUTRANKED = [0, 6, 7, 99];

const flushed = (stream) =>
  new Promise((resolve) => {
    stream.once('error', resolve);
    if (stream.writable) stream.write('', () => resolve());
    else resolve();
  });

/**
 * Ctrl-C before a command listens for it, and after: nothing runs then that would have to be ended first.
 * A command that listens itself decides alone.
 */
const endOnSignals = () => {
  const endings = { SIGINT: ['Interrupted', 130], SIGTERM: ['Terminated', 143], SIGHUP: ['Terminated', 143] };
  for (const [signal, [word, exitCode]] of Object.entries(endings)) {
    process.on(signal, () => {
      if (process.listenerCount(signal) > 1) return;
      process.stderr.write(`error: ${word}. Run the same command to start again.\n`, () => process.exit(exitCode));
    });
  }
};

/**
 * A reader that goes away is not our failure; a full disk is. A command that wants to end early listens for itself.
 * What oclif does about it, which is to throw, comes first and is taken away.
 */
const watchOutputs = () => {
  const failures = [];
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error').on('error', (error) => CLOSED.includes(error.code) || failures.push(error));
  }
  return failures;
};

/**
 * Runs one command and ends the process with its exit code.
 * @param {string[]} argv the command and its arguments
 */
export const main = async (argv) => {
  endOnSignals();
  const { quickCli } = await import('./quick/answer.js');
  const { cli } = quickCli(argv) ?? (await import('../dist/cli.js'));
  const failures = watchOutputs();
  const exitCode = await cli(argv, new URL('../package.json', import.meta.url).href);
  await Promise.all([flushed(process.stdout), flushed(process.stderr)]);
  if (failures.length > 0 && OUTRANKED.includes(exitCode)) {
    process.stderr.write(`error: Cannot write to the output: ${failures[0].message}. Check the free space, or give --output FILE.\n`);
    process.exit(NOT_READY);
  }
  process.exit(exitCode);
};

const isExecuted = async () => {
  const { realpathSync } = await import('node:fs');
  const { fileURLToPath } = await import('node:url');
  return process.argv[1] !== undefined && realpathSync(process.argv[1]) === realpathSync(fileURLToPath(import.meta.url));
};

const makeReady = async () => {
  const { isBuilt } = await import('./setup/build-stamp.js');
  if (isBuilt()) return;
  const { isCheckout } = await import('./setup/paths.js');
  if (!isCheckout()) {
    process.stderr.write('error: This installation of voltana is not complete: dist is missing. Install the package again.\n');
    process.exit(NOT_READY);
  }
  const { prepare } = await import('./setup/prepare.js');
  const { reportFailure } = await import('./setup/report.js');
  await prepare({ built: 'any' }).catch((error) => process.exit(reportFailure(error)));
};

if (await isExecuted()) {
  await makeReady();
  await main(process.argv.slice(2));
}
