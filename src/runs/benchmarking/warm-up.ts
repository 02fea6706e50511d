import type { WarmUp } from '../../domain/bench.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { LoadSource } from '../../ports/load-source.ts';
import type { Time } from '../../ports/time.ts';
import { WarmUpWatch } from '../../telemetry/warm-up.ts';
import { DRAIN_MS } from './measure.ts';

const MS_PER_S = 1000;

export interface WarmUpOptions {
  readonly time: Time;
  readonly load: LoadSource;
  readonly schedule: readonly WorkloadRequest[];
  readonly mostS: number;
  readonly stop: AbortSignal;
}

/**
 * Sends load that is in no figure until latencies have settled, for at most so long. What is then still open is given up: engines
 * drop it, and the measured part begins with nothing of it.
 */
export async function warmUp({ time, load, schedule, mostS, stop }: WarmUpOptions): Promise<WarmUp> {
  const watch = new WarmUpWatch({ mostS, mostRequests: Infinity });
  const over = new AbortController();
  const startedAtMs = time.nowMs();
  const cancelTimer = time.at(startedAtMs + mostS * MS_PER_S, () => over.abort());
  try {
    await load.run(schedule, {
      drainMs: DRAIN_MS,
      sendForMs: mostS * MS_PER_S,
      signal: AbortSignal.any([stop, over.signal]),
      onOutcome: (outcome) => {
        if (watch.add(outcome) !== 'warming') over.abort();
      },
    });
  } finally {
    cancelTimer();
  }
  const seconds = (time.nowMs() - startedAtMs) / MS_PER_S;
  return { requests: watch.ended, seconds, settled: watch.at(0) === 'settled' };
}
