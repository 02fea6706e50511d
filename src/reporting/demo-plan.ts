import type { ClusterFile } from '../domain/cluster.ts';
import type { WorkloadRequest } from '../domain/request.ts';

/** What of a resolved demo its plan tells. */
interface PlannedDemo {
  readonly cluster: ClusterFile;
  readonly gpu: { readonly id: string };
  readonly model: { readonly id: string };
  readonly workload: string;
  readonly schedule: readonly WorkloadRequest[];
  readonly seed: number;
  readonly baseline: PlannedContender;
  readonly candidate: PlannedContender;
  readonly estimatedS: number;
}

interface PlannedContender {
  readonly governor: string;
  readonly routing: string;
  readonly fixedMhz: { readonly prefill: number; readonly decode: number } | null;
}

const contenderText = ({ governor, routing, fixedMhz }: PlannedContender): string =>
  `governor ${governor}${fixedMhz ? ` at ${fixedMhz.prefill}:${fixedMhz.decode} MHz` : ''}, routing ${routing}`;

/** The plan of a demo, as text and as a document; nothing of it has been started. */
export function demoPlan({ cluster, gpu, model, workload, schedule, seed, baseline, candidate, estimatedS }: PlannedDemo) {
  const arrivalsS = (schedule.at(-1)?.arrivalMs ?? 0) / 1000;
  const processes = [...cluster.instances.map(({ id, role }) => `emulated ${role} instance ${id}`), 'gateway (twice, one after the other)'];
  const document = {
    schemaVersion: 1,
    kind: 'plan',
    cluster: cluster.name,
    gpu: gpu.id,
    model: model.id,
    workload,
    requests: schedule.length,
    arrivalsS,
    slo: cluster.slo,
    seed,
    runs: [baseline, candidate].map(({ governor, routing, fixedMhz }) => ({ governor, routing, fixedMhz })),
    processes,
    estimatedS,
  };
  const text = [
    `would start: ${processes.join(', ')}`,
    `would profile every instance, fit, and serve ${schedule.length} requests of ${workload} over ${arrivalsS.toFixed(0)} s twice:`,
    `  1. ${contenderText(baseline)}`,
    `  2. ${contenderText(candidate)}`,
    `promises: first token within ${cluster.slo.ttftMs} ms, mean gap within ${cluster.slo.itlMs} ms`,
    `on ${cluster.name} (${model.id} on ${gpu.id}, emulated: no GPU is touched and no clock is set), about ${estimatedS} s`,
  ].join('\n');
  return { document, text };
}
