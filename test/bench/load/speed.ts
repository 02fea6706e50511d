import type { Figure, figureMaker } from '../figures.ts';
import type { JobResult } from './jobs.ts';
import { runBare, runJob, startEndpoint, steadyJob } from './runs.ts';

/** 20 tokens a second. */
const EVERY_MS = 50;
/** Longer than most answers, so that streams are measured and not their beginnings. */
const MAX_TOKENS = 200;
const LATE_MS = 5;
const WANTED = 3000;
const STEP = 1000;
const MOST = 6000;
const US_PER_S = 1e6;

/** How many streams one core of the client drives, and what a token costs it. */
export const speed = async (figure: ReturnType<typeof figureMaker>, measuredS: number, say: (text: string) => void): Promise<Figure[]> => {
  const endpoint = await startEndpoint(EVERY_MS, EVERY_MS);
  const at = async (streams: number): Promise<JobResult['measured']> => {
    const { measured } = await runJob(steadyJob(endpoint.url, streams, { everyMs: EVERY_MS, maxTokens: MAX_TOKENS, measuredS }));
    const { lateness, eventLoopDelayMs, cpuS, wallS, tokens } = measured;
    say(
      `${streams} streams: lateness p99 ${lateness.p99!.toFixed(2)} ms, event loop p99 ${eventLoopDelayMs.p99.toFixed(2)} ms, ` +
        `${((US_PER_S * cpuS) / tokens).toFixed(2)} us/token, ${(cpuS / wallS).toFixed(2)} processors`,
    );
    return measured;
  };
  try {
    const wanted = await at(WANTED);
    const bare = await runBare(steadyJob(endpoint.url, WANTED, { everyMs: EVERY_MS, maxTokens: MAX_TOKENS, measuredS }));
    const usPerToken = { own: (US_PER_S * wanted.cpuS) / wanted.tokens, bare: (US_PER_S * bare.cpuS) / bare.tokens };
    say(`bare sockets: lateness p99 ${bare.lateness.p99!.toFixed(2)} ms, ${usPerToken.bare.toFixed(2)} us/token`);
    let most = 0;
    for (let streams = WANTED, seen = wanted; seen.lateness.p99! <= LATE_MS; seen = await at(streams)) {
      most = streams;
      streams += STEP;
      if (streams > MOST) break;
    }
    const n = wanted.lateness.n;
    return [
      figure(`streams of 20 tokens/s with lateness p99 <= ${LATE_MS} ms`, most, 'streams', `>= ${WANTED}`, n),
      figure(`${WANTED} streams: lateness p99`, wanted.lateness.p99!, 'ms', `<= ${LATE_MS}`, n),
      figure(`${WANTED} streams: event-loop delay p50`, wanted.eventLoopDelayMs.p50, 'ms', 'none', n),
      figure(`${WANTED} streams: event-loop delay p99`, wanted.eventLoopDelayMs.p99, 'ms', 'none', n),
      figure(`${WANTED} streams: processor time of a token`, usPerToken.own, 'us', 'none', wanted.tokens),
      figure(`${WANTED} streams: processor time of a token, sockets that read nothing`, usPerToken.bare, 'us', 'none', bare.tokens),
      figure(
        `${WANTED} streams: processor time over sockets that read nothing`,
        usPerToken.own / usPerToken.bare,
        'times',
        'none',
        bare.tokens,
      ),
      figure(`${WANTED} streams: lateness p99, sockets that read nothing`, bare.lateness.p99!, 'ms', 'none', bare.lateness.n),
      figure(`${WANTED} streams: processors in use`, wanted.cpuS / wanted.wallS, 'cores', '<= 1', wanted.tokens),
    ];
  } finally {
    await endpoint.process.stop();
  }
};
