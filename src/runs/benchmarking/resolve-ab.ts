import type { AbDesign, ArmName } from '../../domain/ab.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import { createRandom } from '../../statistics/random.ts';
import { planAb, THERMAL_S } from '../../telemetry/ab/design.ts';
import type { AbPhase } from './ab.ts';
import { armRequests } from './ab-arms.ts';
import { AROUND_S, DRAIN_MS } from './measure.ts';
import { planLoad } from './plan-load.ts';
import { DEFAULT_SLO } from './planned-config.ts';
import type { BenchOptions, BenchRequest } from './request.ts';
import { resolveBench, type ResolvePorts } from './resolve.ts';

export interface AskedAb {
  readonly arms: readonly string[];
  readonly blocks: number;
  readonly periodS: number;
  /** Undefined: as long as requests may stay, and chips take to settle. */
  readonly washoutS: number | undefined;
  readonly aa: boolean;
}

/** Load of one block: what washes out the configuration before, and what is measured. */
interface BlockLoad {
  readonly washout: readonly WorkloadRequest[];
  readonly schedule: readonly WorkloadRequest[];
}

/** An A/B test, fully resolved. */
export interface AbPlan {
  readonly names: Readonly<Record<ArmName, string>>;
  readonly arms: Readonly<Record<ArmName, BenchOptions>>;
  readonly design: AbDesign;
  readonly aaDesign: AbDesign | null;
  /** What each period takes until its last requests have ended and idle power is measured, s: a guess. */
  readonly drainS: number;
  readonly loads: Readonly<Record<AbPhase, readonly BlockLoad[]>>;
  readonly notes: readonly string[];
}

const PERIODS_PER_BLOCK = 2;
/** The fewest that an A/A can pass with. */
const AA_BLOCKS = 6;
/** Another order than the test's own. */
const AA_SEED = 7919;
/** A residence is guessed by the slowest answers that keep their promise, not by the very longest. */
const RESIDENCE_SHARE = 0.99;

/** s that almost every request has ended within, if promises are kept. */
export function residenceOf({ planned, slo, site }: BenchOptions): number {
  const { ttftMs, itlMs } = slo ?? (site.kind === 'cluster' ? site.serve.cluster.slo : DEFAULT_SLO);
  const lengths = planned.schedule.map(({ maxTokens }) => maxTokens).sort((a, b) => a - b);
  return (ttftMs + lengths[Math.floor(RESIDENCE_SHARE * (lengths.length - 1))]! * itlMs) / 1000;
}

/** Blocks differ in what is asked of them; both periods of one do not. */
async function loadsOf(
  phase: AbPhase,
  { blocks, periodS, washoutS }: AbDesign,
  request: BenchRequest,
  ports: ResolvePorts,
): Promise<BlockLoad[]> {
  const loads: BlockLoad[] = [];
  for (let block = 0; block < blocks; block++) {
    const seed = Math.floor(createRandom(request.seed).fork(`ab-${phase}-${block}`).next() * 2 ** 31);
    const { schedule, warmUp } = await planLoad({ ...request, seed, durationS: periodS, requests: undefined }, washoutS, ports);
    loads.push({ schedule, washout: warmUp });
  }
  return loads;
}

const shortNote = (washoutS: number, residenceS: number): string[] => {
  const least = Math.max(THERMAL_S, residenceS);
  return washoutS >= least
    ? []
    : [
        `A washout of ${washoutS} s is shorter than the ${least.toFixed(0)} s that requests and chips need: one configuration may spoil the next`,
      ];
};

/** @throws VoltanaError of exit code 2 */
export async function resolveAb(request: BenchRequest, asked: AskedAb, ports: ResolvePorts): Promise<AbPlan> {
  if (request.repeat !== undefined && request.repeat > 1)
    throw new VoltanaError('BAD_FLAG', '--repeat is of single runs: an A/B test has blocks', { hint: 'Give --blocks N instead.' });
  if (request.wallMeter !== undefined)
    throw new VoltanaError('BAD_FLAG', '--wall-meter is of single runs: an A/B test is judged by the meters of its GPUs', {
      hint: 'Leave --wall-meter out, or bench each configuration by itself.',
    });
  const requests = armRequests({ ...request, durationS: asked.periodS, requests: undefined }, asked.arms);
  const standards = { thresholds: [], baseline: undefined, strict: false };
  const [A, B] = [await resolveBench(requests.A, standards, ports), await resolveBench(requests.B, standards, ports)];
  const residenceS = residenceOf(A);
  const { blocks, periodS, washoutS } = asked;
  const wishes = {
    periodsPerBlock: PERIODS_PER_BLOCK,
    periodS,
    ...(washoutS === undefined ? { residenceS } : { residenceS: 0, thermalS: washoutS }),
  } as const;
  const design = planAb({ ...wishes, blocks, seed: request.seed });
  const aaDesign = asked.aa ? planAb({ ...wishes, blocks: AA_BLOCKS, seed: request.seed + AA_SEED }) : null;
  return {
    names: { A: asked.arms[0]!, B: asked.arms[1]! },
    arms: { A, B },
    design,
    aaDesign,
    drainS: Math.min(residenceS, DRAIN_MS / 1000) + AROUND_S,
    loads: { aa: aaDesign ? await loadsOf('aa', aaDesign, requests.A, ports) : [], ab: await loadsOf('ab', design, requests.A, ports) },
    notes: [
      ...shortNote(design.washoutS, residenceS),
      ...(asked.aa ? [] : ['No A/A test: nothing shows that this rig finds no difference where there is none']),
    ],
  };
}
