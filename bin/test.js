// `npm test`: set-up, build, types, lint, tests. The last line on stdout is `N passed, N failed, N skipped`.
import './setup/require-node.js';

const { prepare } = await import('./setup/prepare.js');
const { reportFailure } = await import('./setup/report.js');
const { interruptible } = await import('./setup/interruption.js');
const { runPhases, summaryLine } = await import('./test/phases.js');

const run = async () => {
  try {
    await prepare({ built: 'fresh' });
  } catch (error) {
    return { exitCode: reportFailure(error), counts: { passed: 0, failed: 1, skipped: 0 } };
  }
  return interruptible((onInterrupt) => runPhases(process.argv.slice(2), onInterrupt));
};

const { exitCode, counts } = await run();
process.stdout.write(`${summaryLine(counts)}\n`, () => process.exit(exitCode));
