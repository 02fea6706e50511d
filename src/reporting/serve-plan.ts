import type { ClusterFile } from '../domain/cluster.ts';

interface PlannedServe {
  readonly cluster: ClusterFile;
  readonly governor: string;
  readonly routing: string;
  readonly durationS: number | null;
  readonly warnings: readonly string[];
}

interface PlannedStep {
  readonly where: string;
  readonly what: string;
  readonly text: string;
}

const indented = (text: string): string => text.replace(/^/gm, '    ');

/** What a serve would start, as text and as a document; nothing of it has been started. */
export function servePlan({ cluster, governor, routing, durationS, warnings }: PlannedServe, steps: readonly PlannedStep[]) {
  const document = {
    schemaVersion: 1,
    kind: 'plan',
    cluster: cluster.name,
    launcher: cluster.launcher.kind,
    governor,
    routing,
    durationS,
    warnings,
    steps,
  };
  const lines = steps.flatMap(({ where, what, text }, i) => [`${i + 1}. on ${where}: ${what}`, indented(text), '']);
  const text = [
    `would serve ${cluster.name} (${cluster.model} on ${cluster.gpu}, ${cluster.engine.kind} engines, launcher ${cluster.launcher.kind}):`,
    '',
    ...lines,
    ...warnings.map((warning) => `warning: ${warning}`),
    `promises: first token within ${cluster.slo.ttftMs} ms, mean gap within ${cluster.slo.itlMs} ms`,
    `until ${durationS === null ? 'Ctrl-C' : `${durationS} s are over`}; nothing has been started`,
  ].join('\n');
  return { document, text };
}
