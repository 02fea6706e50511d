// Run by `npm pack` once it has packed: gives this checkout back what bin/prepack.js took away, so that its starts stay quick.
import './setup/require-node.js';

const { checkLoads } = await import('./build/check.js');
const { reportFailure } = await import('./setup/report.js');

try {
  checkLoads();
} catch (error) {
  process.exit(reportFailure(error));
}
