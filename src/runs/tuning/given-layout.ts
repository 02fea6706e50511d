import { VoltanaError } from '../../domain/errors.ts';
import type { ClusterFile } from '../../domain/cluster.ts';
import type { TuningChoice } from '../../domain/tuning.ts';
import type { AskedVariant } from './variants.ts';
import type { TuneRequest } from './request.ts';

/** What the recommendation is held against: devices and instances of today. */
export type GivenLayout = Pick<TuningChoice, 'variant' | 'tp' | 'prefill' | 'decode' | 'aggregated'>;

const HINT = 'Give --prefill N --decode N, or --aggregated N, or leave all of them out.';

const countOf = ({ instances }: ClusterFile, role: string): number | undefined =>
  instances.filter((instance) => instance.role === role).length || undefined;

/** Devices, promises and layout of a cluster file, with what the command line says in their place. */
export function overCluster(request: TuneRequest, cluster: ClusterFile): TuneRequest {
  const fitted =
    request.fitted ?? (request.gpu === undefined && cluster.control?.fitted !== undefined ? [cluster.control.fitted] : undefined);
  const byCards = fitted === undefined;
  const laidOut = request.prefill !== undefined || request.decode !== undefined || request.aggregated !== undefined;
  return {
    ...request,
    fitted,
    gpu: request.gpu ?? (byCards ? cluster.gpu : undefined),
    model: request.model ?? (byCards ? cluster.model : undefined),
    engine: request.engine ?? (byCards ? cluster.engine.card : undefined),
    tp: request.tp ?? (byCards ? String(cluster.tp) : undefined),
    sloTtftMs: request.sloTtftMs ?? cluster.slo.ttftMs,
    sloItlMs: request.sloItlMs ?? cluster.slo.itlMs,
    ...(!laidOut && {
      prefill: countOf(cluster, 'prefill'),
      decode: countOf(cluster, 'decode'),
      aggregated: countOf(cluster, 'aggregated'),
    }),
  };
}

/** All GPUs, half of the instances for each phase; one that does both where there is one only. */
function split(gpus: number, tp: number): Pick<GivenLayout, 'prefill' | 'decode' | 'aggregated'> {
  const instances = Math.floor(gpus / tp);
  const prefill = Math.floor(instances / 2);
  return prefill === 0 ? { prefill: 0, decode: 0, aggregated: 1 } : { prefill, decode: instances - prefill, aggregated: 0 };
}

/**
 * @param most GPUs that a default layout fills
 * @throws VoltanaError BAD_FLAG for half a layout, or two
 */
export function givenLayout({ prefill, decode, aggregated }: TuneRequest, { variant, tps }: AskedVariant, most: number): GivenLayout {
  const where = { variant: variant.id, tp: tps[0]! };
  if (prefill === undefined && decode === undefined)
    return { ...where, ...(aggregated === undefined ? split(most, where.tp) : { prefill: 0, decode: 0, aggregated }) };
  if (aggregated !== undefined)
    throw new VoltanaError('BAD_FLAG', 'a layout has prefill and decode instances, or aggregated ones', { hint: HINT });
  if (prefill === undefined || decode === undefined)
    throw new VoltanaError('BAD_FLAG', 'a layout needs instances of both phases', { hint: HINT });
  return { ...where, prefill, decode, aggregated: 0 };
}
