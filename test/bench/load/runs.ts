import { buildSync } from 'esbuild';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { cpuS, Started, startScript } from '../gateway/processes.ts';
import { MODEL } from './answers.ts';
import type { BareResult, Job, JobResult } from './jobs.ts';

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

const folder = mkdtempSync(join(tmpdir(), 'voltana-bench-load-client-'));
const bundle = join(folder, 'client.cjs');
process.once('exit', () => rmSync(folder, { recursive: true, force: true }));

/** The client as it ships, in one file: a loader of TypeScript would be in every figure of memory. */
const startClient = (): Started => {
  const entryPoints = [new URL('client.ts', import.meta.url).pathname];
  buildSync({ entryPoints, outfile: bundle, bundle: true, platform: 'node', format: 'cjs', target: 'node20', logLevel: 'error' });
  return new Started(process.execPath, [bundle]);
};

/**
 * A job in a fresh process of the client, so that no run warms up or burdens another one.
 * @returns `processCpuS`: all that the process took, its start included
 */
export const runJob = async (job: Job): Promise<JobResult & { readonly processCpuS: number }> => {
  const client = startClient();
  try {
    client.send(job);
    const result = await client.line<JobResult>();
    if (result.failed > 0) throw new Error(`${result.failed} of ${job.requests} requests failed: ${result.firstError}`);
    return { ...result, processCpuS: cpuS(client.pid) };
  } finally {
    await client.stop();
  }
};

/** The same job for the least that a client can do. */
export const runBare = async (job: Job): Promise<BareResult> => {
  const client = script('bare.ts');
  try {
    client.send(job);
    return await client.line<BareResult>();
  } finally {
    await client.stop();
  }
};

/** So many streams at a time, each of `maxTokens` tokens `everyMs` apart, for `measuredS` once all of them are open. */
export const steadyJob = (url: string, streams: number, how: { everyMs: number; maxTokens: number; measuredS: number }): Job => {
  const lastsMs = how.everyMs * how.maxTokens;
  const requestsPerS = (streams * MS_PER_S) / lastsMs;
  const requests = Math.ceil(requestsPerS * (lastsMs / MS_PER_S + how.measuredS));
  return {
    url,
    model: MODEL,
    requestsPerS,
    requests,
    promptTokens: 256,
    maxTokens: how.maxTokens,
    measuredFromMs: lastsMs,
    measuredToMs: lastsMs + how.measuredS * MS_PER_S,
    gapsFile: null,
  };
};
