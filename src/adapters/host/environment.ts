import { availableParallelism } from 'node:os';
import type { Environment } from '../../domain/run-record.ts';

/** What a document says about the machine that wrote it. */
export const environment = (): Environment => ({
  node: process.versions.node,
  platform: process.platform,
  arch: process.arch,
  cpus: availableParallelism(),
});
