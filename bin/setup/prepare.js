import { isBuilt } from './build-stamp.js';
import { isFresh } from './freshness.js';
import { install, isInstalled, noteInstalled } from './install.js';
import { interruptible } from './interruption.js';
import { withLock } from './lock.js';
import { SETUP_LOCK } from './paths.js';

/** esbuild and ajv exist only after the install, so the builder is loaded as late as this. */
const build = async () => (await import('../build/index.js')).build();

/**
 * Makes the checkout ready to run; does nothing when it is. Whoever starts at the same time waits and finds it done.
 * @param needs.built `fresh`: as the sources are now; `any`: some build; `no`: dependencies only
 * @throws SetupError
 */
export const prepare = async ({ built }) => {
  const hasBuild = { fresh: isFresh, any: isBuilt, no: () => true }[built];
  if (isInstalled() && hasBuild()) return;
  await interruptible((onInterrupt) =>
    withLock(SETUP_LOCK, onInterrupt, async ({ onChild }) => {
      if (isInstalled()) noteInstalled();
      else await install({ onInterrupt, onChild });
      if (!hasBuild()) await build();
    }),
  );
};
