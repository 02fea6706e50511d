import { workerData } from 'node:worker_threads';

/** What all tasks of the pool have in common that this thread belongs to; undefined outside of one. */
export const poolGround = (): unknown => (Array.isArray(workerData) ? (workerData as readonly unknown[])[1] : undefined);
