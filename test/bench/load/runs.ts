import { Started, startScript } from '../gateway/processes.ts';
import type { Job, JobResult } from './jobs.ts';

const MS_PER_S = 1000;

const script = (name: string, args: readonly string[] = []): Started => startScript(`../load/${name}`, args);

export interface Endpoint {
  readonly url: string;
  readonly process: Started;
}

/** @param everyMs between two tokens; 0 for in bulk. @param firstMs until the first one */
export const startEndpoint = async (everyMs: number, firstMs: number): Promise<Endpoint> => {
  const process = script('server.ts', [String(everyMs), String(firstMs)]);
  const { port } = await process.line<{ port: number }>();
  return { url: `http://127.0.0.1:${port}`, process };
};

/** A job in a fresh process of the client, so that no run warms up or burdens another one. */
export const runJob = async (job: Job): Promise<JobResult> => {
  const client = script('client.ts');
  try {
    client.send(job);
    const result = await client.line<JobResult>();
    if (result.failed > 0) throw new Error(`${result.failed} of ${job.requests} requests failed: ${result.firstError}`);
    return result;
  } finally {
    await client.stop();
  }
};

/** So many streams at a time, each of `maxTokens` tokens `everyMs` apart, for `measuredS` once all of them are open. */
export const steadyJob = (url: string, streams: number, how: { everyMs: number; maxTokens: number; measuredS: number }): Job => {
  const lastsMs = how.everyMs * how.maxTokens;
  const requestsPerS = (streams * MS_PER_S) / lastsMs;
  const requests = Math.ceil(requestsPerS * (lastsMs / MS_PER_S + how.measuredS));
  return { url, requestsPerS, requests, promptTokens: 256, maxTokens: how.maxTokens, measuredFromMs: lastsMs, gapsFile: null };
};
