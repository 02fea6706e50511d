// `npm run build`: installs what is missing and builds, whether or not something changed.
import './setup/require-node.js';

const { prepare } = await import('./setup/prepare.js');
const { reportFailure } = await import('./setup/report.js');

try {
  await prepare({ built: 'no' });
  const { interruptible } = await import('./setup/interruption.js');
  const { withLock } = await import('./setup/lock.js');
  const { SETUP_LOCK } = await import('./setup/paths.js');
  const { build } = await import('./build/index.js');
  await interruptible((onInterrupt) => withLock(SETUP_LOCK, onInterrupt, build));
} catch (error) {
  process.exit(reportFailure(error));
}
