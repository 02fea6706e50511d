import type { Processes } from '../../ports/processes.ts';
import { readProcess } from './process-table.ts';

/** From the process table. Where that tells nothing, no process counts as alive. */
export const hostProcesses = (): Processes => ({
  self: { pid: process.pid, startedAt: readProcess(process.pid)?.startedAt ?? '' },
  isAlive: ({ pid, startedAt }) => readProcess(pid)?.startedAt === startedAt,
});
