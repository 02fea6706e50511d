import cluster from 'node:cluster';
import { Socket } from 'node:net';
import { WIRE_FD } from '../adapters/gateway/remote/worker-process.ts';
import { serveWorker } from '../compose/gateway-worker.ts';

if (cluster.isPrimary) {
  process.stderr.write(
    'A gateway worker is started by its gateway alone. Set gateway.processes in the cluster file, and run voltana serve.\n',
  );
  process.exit(2);
}
// A Ctrl-C, or a signal to the whole group, reaches the control process too: it ends its workers in order.
process.on('SIGINT', () => undefined).on('SIGTERM', () => undefined);
serveWorker(new Socket({ fd: WIRE_FD }), () => process.exit(0));
