/** The open-loop client in a process of its own: one job a line of stdin, one answer a line of stdout. */
import { closeSync, openSync, writeSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { realTime } from '../../../src/adapters/host/real-time.ts';
import { watchEventLoop } from '../../../src/adapters/load/event-loop-watch.ts';
import { createStreamLoad } from '../../../src/adapters/load/stream/stream-load.ts';
import type { RequestOutcome, WorkloadRequest } from '../../../src/domain/request.ts';
import { LatencySketch } from '../../../src/statistics/latency-sketch.ts';
import { RunTally } from '../../../src/telemetry/run-tally.ts';
import { idOf, type Job, type JobResult } from './jobs.ts';

const KIB = 1024;
const DRAIN_MS = 60_000;
const SLO = { ttftMs: 1000, itlMs: 100 };

const scheduleOf = ({ requests, requestsPerS, promptTokens, maxTokens }: Job): WorkloadRequest[] =>
  Array.from({ length: requests }, (_, i) => ({ id: idOf(i), arrivalMs: (i * 1000) / requestsPerS, promptTokens, maxTokens }));

/** What the bench itself wants to know of each outcome. */
class Seen {
  readonly lateness = new LatencySketch();
  readonly ttft = new LatencySketch();
  readonly tpot = new LatencySketch();
  completed = 0;
  failed = 0;
  firstError: string | null = null;
  tokens = 0;

  add({ status, error, intendedMs, sentMs, firstTokenMs, endMs, outputTokens, gapsMs }: RequestOutcome, measured: boolean): void {
    this.tokens += gapsMs.length + (firstTokenMs === null ? 0 : 1);
    if (status === 'completed') this.completed++;
    else this.failed++;
    this.firstError ??= error;
    if (!measured) return;
    this.lateness.add(sentMs - intendedMs);
    if (firstTokenMs === null || endMs === null) return;
    this.ttft.add(firstTokenMs - sentMs);
    if (outputTokens > 1) this.tpot.add((endMs - firstTokenMs) / (outputTokens - 1));
  }
}

const runJob = async (job: Job): Promise<JobResult> => {
  const time = realTime();
  const load = createStreamLoad({ url: job.url, model: job.model, time, api: 'openai-completions' });
  const tally = new RunTally({ slo: SLO, startMs: 0 });
  const file = job.gapsFile === null ? null : openSync(job.gapsFile, 'w');
  const [seen, watch] = [new Seen(), watchEventLoop()];
  const startMs = time.nowMs();
  let tokensBefore = 0;
  let figures = { ...watch.figures(), tokens: 0 };
  const from = (): void => {
    tokensBefore = seen.tokens;
    watch.restart();
  };
  const to = (): void => void (figures = { ...watch.figures(), tokens: seen.tokens - tokensBefore });
  const cancels = [time.at(startMs + job.measuredFromMs, from), time.at(startMs + job.measuredToMs, to)];
  const onOutcome = (outcome: RequestOutcome): void => {
    tally.outcome(outcome);
    seen.add(outcome, outcome.intendedMs >= job.measuredFromMs);
    if (file !== null) writeSync(file, new Uint8Array(Float64Array.from(outcome.gapsMs).buffer));
  };
  await load.run(scheduleOf(job), { drainMs: DRAIN_MS, signal: new AbortController().signal, onOutcome });
  for (const cancel of cancels) cancel();
  watch.close();
  if (file !== null) closeSync(file);
  const { itlMs, measuredS } = tally.summary(tally.span(null));
  return {
    completed: seen.completed,
    failed: seen.failed,
    firstError: seen.firstError,
    tokens: seen.tokens,
    measured: {
      lateness: seen.lateness.summary(),
      ttft: seen.ttft.summary(),
      tpot: seen.tpot.summary(),
      eventLoopDelayMs: figures.eventLoopDelayMs ?? { p50: 0, p99: 0, max: 0 },
      cpuS: figures.cpuS,
      wallS: (job.measuredToMs - job.measuredFromMs) / 1000,
      tokens: figures.tokens,
    },
    gaps: itlMs,
    spanS: measuredS,
    residentBytes: process.resourceUsage().maxRSS * KIB,
  };
};

const serve = async (): Promise<void> => {
  for await (const line of createInterface({ input: process.stdin })) {
    process.stdout.write(`${JSON.stringify(await runJob(JSON.parse(line) as Job))}\n`);
  }
};
void serve();
