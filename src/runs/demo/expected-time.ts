import type { WorkloadRequest } from '../../domain/request.ts';
import { clockTable } from '../../emulation/instance.ts';
import { createDevice, type Device } from '../../prediction/analytic/device.ts';
import { estimateIteration } from '../../prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../prediction/analytic/work.ts';
import { DRAIN_MS } from '../benchmarking/measure.ts';
import { boundedClocks } from '../serving/fleet.ts';
import type { Contender, DemoOptions } from './options.ts';

/** Rounded up from what a small machine needs: start-up with the short profile, and per run gateway, lead and idle window. */
const BESIDE_THE_REQUESTS_S = { startAndProfile: 30, perRun: 8 };
/** A load at which an iteration lasts about as long as most do. */
const USUAL_BATCH = 32;
const MS_PER_S = 1000;

type Planned = Omit<DemoOptions, 'estimatedS'>;

const instancesOf = ({ cluster }: Planned, role: string): number => cluster.instances.filter((instance) => instance.role === role).length;

/** When each prompt is computed: first come, first served, on whatever prefill instance is free. */
function prefilledAtMs(schedule: readonly WorkloadRequest[], instances: number, durationMs: (promptTokens: number) => number): number[] {
  const freeAtMs = Array<number>(instances).fill(0);
  return schedule.map(({ arrivalMs, promptTokens }) => {
    const next = freeAtMs.indexOf(Math.min(...freeAtMs));
    freeAtMs[next] = Math.max(arrivalMs, freeAtMs[next]!) + durationMs(promptTokens);
    return freeAtMs[next];
  });
}

const meanPromptTokens = (schedule: readonly WorkloadRequest[]): number =>
  schedule.reduce((sum, { promptTokens }) => sum + promptTokens, 0) / Math.max(1, schedule.length);

/** From the first arrival until the last answer, or until nobody waits any more. Long prompts queue: they may take longer than they take to come. */
function servingMs(planned: Planned, device: Device, { fixedMhz }: Contender): number {
  const { schedule, gpu, cluster } = planned;
  const highestMhz = boundedClocks(clockTable(gpu), cluster.control).at(-1)!;
  const clockMhz = fixedMhz ?? { prefill: highestMhz, decode: highestMhz };
  const prefillMs = (promptTokens: number): number =>
    estimateIteration(device, prefillWork([{ newTokens: promptTokens, pastTokens: 0 }]), clockMhz.prefill).latencyMs;
  const gap = estimateIteration(device, decodeWork(USUAL_BATCH, USUAL_BATCH * meanPromptTokens(schedule)), clockMhz.decode);
  const endsMs = prefilledAtMs(schedule, instancesOf(planned, 'prefill'), prefillMs).map(
    (ms, i) => ms + schedule[i]!.maxTokens * gap.latencyMs,
  );
  return Math.min(
    endsMs.reduce((last, ms) => Math.max(last, ms), 0),
    (schedule.at(-1)?.arrivalMs ?? 0) + DRAIN_MS,
  );
}

/** How long a demo will take, about and rather too long than too short: start, profile, and both runs until they have drained. */
export function expectedSeconds(planned: Planned): number {
  const { gpu, model, engine, cluster, baseline, candidate } = planned;
  const device = createDevice(gpu, model, engine, cluster.tp);
  const runsMs = [baseline, candidate].map((contender) => servingMs(planned, device, contender));
  const runsS = runsMs.reduce((sum, ms) => sum + ms / MS_PER_S + BESIDE_THE_REQUESTS_S.perRun, 0);
  return Math.ceil(BESIDE_THE_REQUESTS_S.startAndProfile + runsS);
}
