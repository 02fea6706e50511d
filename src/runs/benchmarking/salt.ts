import type { WorkloadRequest } from '../../domain/request.ts';

/**
 * The same work under names that no server has seen: texts follow from the names of requests and of shared blocks, so no prefix cache
 * knows them from another run, or from another period of this one.
 */
export const salted = (schedule: readonly WorkloadRequest[], salt: string): WorkloadRequest[] =>
  schedule.map((request) => ({
    ...request,
    id: `${salt}-${request.id}`,
    ...(request.prefix ? { prefix: request.prefix.map((block) => `${salt}-${block}`) } : {}),
  }));
