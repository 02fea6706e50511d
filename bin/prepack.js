// Run by `npm pack`: what is packed is built from what lies here, and holds nothing of the build before, nor what V8 made
// of it here: half a megabyte that another Node refuses. `postpack` makes that again, for this checkout.
import './setup/require-node.js';
import { readFileSync } from 'node:fs';

const { prepare } = await import('./setup/prepare.js');
const { reportFailure } = await import('./setup/report.js');

try {
  await prepare({ built: 'fresh' });
  const { removeLeftovers, writeFile } = await import('./build/write.js');
  const { OCLIF_PACK } = await import('./setup/paths.js');
  const { withoutCache } = await import('./quick/packed-script.js');
  removeLeftovers();
  writeFile(OCLIF_PACK, withoutCache(readFileSync(OCLIF_PACK)));
} catch (error) {
  process.exit(reportFailure(error));
}
