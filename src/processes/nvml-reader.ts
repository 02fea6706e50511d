import { parentPort, workerData } from 'node:worker_threads';
import { serveReader } from '../adapters/clocks/nvml/reader/serve.ts';
import type { ReaderStart } from '../adapters/clocks/nvml/reader/shared.ts';

if (parentPort === null) {
  process.stderr.write('The reader of GPUs is a thread of the agent: run voltana agent.\n');
  process.exit(2);
}
const port = parentPort;
await serveReader(workerData as ReaderStart, (round) => port.postMessage(round));
