// `npm start`: makes the checkout ready, then runs the demo in this very process.
import './setup/require-node.js';

const { prepare } = await import('./setup/prepare.js');
const { reportFailure } = await import('./setup/report.js');

try {
  await prepare({ built: 'fresh' });
} catch (error) {
  process.exit(reportFailure(error));
}
const { main } = await import('./run.js');
await main(['demo', ...process.argv.slice(2)]);
