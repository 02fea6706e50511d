import { runWorker, type WorkerSpec } from '../adapters/gateway/remote/worker.ts';
import type { WireStream } from '../adapters/gateway/remote/wire.ts';
import { timeSince } from '../adapters/host/machine-time.ts';
import { openDataPlane, type DataPlaneSpec } from './data-plane.ts';

export type GatewayWorkerSpec = WorkerSpec & DataPlaneSpec;

/** A worker process of a gateway: the data plane alone, over the pipe to its control process. `over` is called once, at its end. */
export const serveWorker = (stream: WireStream, over: () => void): void =>
  runWorker<GatewayWorkerSpec>(stream, { timeSince, open: openDataPlane, over });
