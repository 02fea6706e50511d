import type { Instance } from '../../domain/instance.ts';
import type { FleetTracker } from '../../telemetry/fleet-tracker.ts';
import type { DecodeLoad } from '../../telemetry/load.ts';
import type { Demand } from './plan.ts';

/** What the data path has seen of the demand; null until output lengths are known. */
export function demandOf(instances: readonly Instance[], tracker: FleetTracker, nowMs: number): Demand | null {
  const { requestRatePerS, meanPromptTokens } = tracker.arrivals(nowMs);
  let [lengths, weights] = [0, 0];
  for (const { id, role } of instances) {
    if (role !== 'decode') continue;
    const load = tracker.load(id, nowMs) as DecodeLoad;
    if (load.meanOutputTokens === null) continue;
    const weight = load.requestRatePerS + Number.MIN_VALUE;
    lengths += weight * load.meanOutputTokens;
    weights += weight;
  }
  if (weights === 0 || meanPromptTokens === null) return null;
  return { requestRatePerS, meanPromptTokens, meanOutputTokens: lengths / weights };
}

/** Requests that an instance has. */
export function requestsAt(id: string, tracker: FleetTracker, nowMs: number): number {
  const load = tracker.load(id, nowMs);
  return load.phase === 'prefill' ? load.waiting.length : load.batch + load.incoming;
}
