// Loaded into the gateway process: collects garbage when asked to, and says what is left.
import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

setFlagsFromString('--expose-gc');
const collect = runInNewContext('gc');

process.on('SIGUSR2', () => {
  collect();
  collect();
  const { rss, heapUsed } = process.memoryUsage();
  process.stderr.write(`${JSON.stringify({ residentBytes: rss, heapBytes: heapUsed })}\n`);
});
