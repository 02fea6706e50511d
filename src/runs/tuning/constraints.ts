import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Slo } from '../../domain/slo.ts';
import { gpusOf, type TuningConstraints } from '../../domain/tuning.ts';
import type { GivenLayout } from './given-layout.ts';
import { gpuRange } from './lists.ts';
import type { TuneRequest } from './request.ts';
import type { AskedVariant } from './variants.ts';

const DEFAULT_TARGET = 0.99;
const DEFAULT_CONFIDENCE = 0.95;
const DEFAULT_GPUS = { least: 2, most: 16 };

const bad = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_VALUE', message, { hint });

/** @throws VoltanaError BAD_FLAG for a promise that is missing */
function sloAsked({ sloTtftMs, sloItlMs }: TuneRequest): Slo {
  if (sloTtftMs !== undefined && sloItlMs !== undefined) return { ttftMs: sloTtftMs, itlMs: sloItlMs };
  const missing = sloTtftMs === undefined ? '--slo-ttft MS' : '--slo-itl MS';
  throw new VoltanaError('BAD_FLAG', `a search needs promises: ${missing} is missing`, {
    hint: 'Give both, such as --slo-ttft 1000 --slo-itl 50.',
  });
}

/** GPUs of the range, or those that the default takes: a given layout is part of it. */
function gpusAsked({ gpus, prefill = 0, decode = 0, aggregated = 0 }: TuneRequest, variants: readonly AskedVariant[]) {
  if (gpus !== undefined) return gpuRange(gpus);
  const given = gpusOf({ tp: variants[0]!.tps[0]!, prefill, decode, aggregated });
  return given === 0 ? DEFAULT_GPUS : { least: Math.min(DEFAULT_GPUS.least, given), most: Math.max(DEFAULT_GPUS.most, given) };
}

/** @throws VoltanaError BAD_VALUE for a given layout that the range leaves out */
export function checkLayout(layout: GivenLayout, { least, most }: TuningConstraints['gpus']): void {
  const gpus = gpusOf(layout);
  if (gpus >= least && gpus <= most) return;
  throw bad(`the given layout takes ${gpus} GPUs, and --gpus allows ${least} to ${most}`, 'Widen --gpus, or give a layout within it.');
}

/** Watts of the least fleet with nothing to do at its lowest clock. */
const leastIdleW = ({ variant: { gpu }, tps }: AskedVariant, { least, most }: TuningConstraints['gpus']): number => {
  const idleW = Math.min(...gpu.power.idleW.map(([, watts]) => watts));
  const fleets = tps.map((tp) => tp * Math.max(1, Math.ceil(least / tp))).filter((gpus) => gpus <= most);
  return idleW * Math.min(...fleets);
};

/** @throws VoltanaError BAD_VALUE for a range that holds no instance, and a budget that no fleet could ever keep */
function checkReach(variants: readonly AskedVariant[], { gpus, powerBudgetW }: TuningConstraints): void {
  const leastW = Math.min(...variants.map((variant) => leastIdleW(variant, gpus)));
  if (leastW === Infinity) {
    const tps = [...new Set(variants.flatMap((variant) => variant.tps))].join(', ');
    throw bad(
      `no instance of ${tps} GPUs fits into --gpus ${gpus.least}..${gpus.most}`,
      'Allow more GPUs, or give fewer for each instance with --tp.',
    );
  }
  if (powerBudgetW === null || powerBudgetW > leastW) return;
  throw bad(
    `--power-budget ${powerBudgetW} W is less than the least fleet draws with nothing to do: ${Math.ceil(leastW)} W`,
    'Allow more watts, or fewer GPUs.',
  );
}

/**
 * A deployment has the GPUs that it lists; emulated ones are whatever is asked for.
 * @throws VoltanaError BAD_VALUE for engines that run already, and for more GPUs than a file lists
 */
function withinCluster(gpus: TuningConstraints['gpus'], request: TuneRequest, cluster: ClusterFile | null): TuningConstraints['gpus'] {
  if (cluster === null || cluster.engine.kind === 'emulated') return gpus;
  if (cluster.launcher.kind === 'attach')
    throw bad(
      `the engines of cluster ${cluster.name} run already, in a layout that no search can change`,
      'Give --gpu, --model and --prefill N --decode N in place of --cluster, and start the engines anew as recommended.',
    );
  const listed = cluster.instances.reduce((sum, instance) => sum + instance.gpus.length, 0);
  if (request.gpus === undefined) return { least: Math.min(gpus.least, listed), most: Math.min(gpus.most, listed) };
  if (gpus.most <= listed) return gpus;
  throw bad(
    `--gpus ${request.gpus} is more than the ${listed} GPUs that cluster ${cluster.name} lists`,
    `Give up to ${listed}, or list the others first.`,
  );
}

/** @param cluster that was given, if any @throws VoltanaError of exit code 2 */
export function constraintsOf(request: TuneRequest, variants: readonly AskedVariant[], cluster: ClusterFile | null): TuningConstraints {
  const constraints = {
    slo: sloAsked(request),
    sloTarget: request.sloTarget ?? DEFAULT_TARGET,
    confidence: request.confidence ?? DEFAULT_CONFIDENCE,
    gpus: withinCluster(gpusAsked(request, variants), request, cluster),
    powerBudgetW: request.powerBudgetW ?? null,
  };
  checkReach(variants, constraints);
  return constraints;
}
