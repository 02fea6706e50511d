import type { BenchLoad } from '../../domain/bench.ts';
import type { Threshold } from '../../domain/judgement.ts';

interface PlannedBench {
  readonly api: string;
  readonly site:
    | { readonly kind: 'url'; readonly url: string }
    | {
        readonly kind: 'cluster';
        readonly serve: {
          readonly cluster: { readonly name: string; readonly launcher: { readonly kind: string } };
          readonly governor: string;
          readonly routing: string;
        };
      };
  readonly planned: {
    readonly load: Omit<BenchLoad, 'url' | 'api'>;
    readonly workload: string;
    readonly ratePerS: number | null;
    readonly durationS: number | null;
    readonly schedule: readonly { readonly promptTokens: number; readonly maxTokens: number }[];
  };
  readonly wall: { readonly text: string; readonly quantity: 'energy' | 'power' } | null;
  readonly repeats: number;
  readonly warmUpS: number;
  readonly thresholds: readonly Threshold[];
  readonly baseline: string | undefined;
}

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);

const targetOf = (site: PlannedBench['site']): string =>
  site.kind === 'url'
    ? site.url
    : `cluster ${site.serve.cluster.name} (launcher ${site.serve.cluster.launcher.kind}), governor ${site.serve.governor}, routing ${site.serve.routing}`;

const loadText = ({ load, ratePerS, durationS }: PlannedBench['planned']): string => {
  if (load.loop === 'closed') return `closed loop, ${load.concurrency} requests at a time`;
  const rate = ratePerS === null ? 'at their own times' : `${Number(ratePerS.toFixed(3))} a second in the mean`;
  return `open loop, ${load.arrivals} arrivals, ${rate}${durationS === null ? '' : `, for ${Number(durationS.toFixed(1))} s`}`;
};

const QUANTITIES = { energy: 'a counter of joules', power: 'the power of the moment' } as const;

/** What a bench would send, as text and as a document; nobody has been asked. */
export function benchPlan(options: PlannedBench) {
  const { planned, repeats, warmUpS, thresholds, api } = options;
  const { schedule, load, workload, ratePerS, durationS } = planned;
  const tokens = { prompt: sum(schedule.map(({ promptTokens }) => promptTokens)), output: sum(schedule.map(({ maxTokens }) => maxTokens)) };
  const document = {
    schemaVersion: 1,
    kind: 'plan',
    target: targetOf(options.site),
    api,
    load,
    workload,
    ratePerS,
    durationS,
    promptTokens: tokens.prompt,
    outputTokens: tokens.output,
    repeats,
    warmUpS,
    thresholds: thresholds.map(({ text }) => text),
    baseline: options.baseline ?? null,
    ...(options.wall === null ? {} : { wallMeter: options.wall.text }),
  };
  const most = load.loop === 'closed' ? 'up to ' : '';
  const text = [
    `would bench ${document.target}`,
    `  API        ${api}`,
    `  load       ${loadText(planned)}`,
    `  requests   ${most}${schedule.length} of ${workload}: ${tokens.prompt} prompt and ${tokens.output} output tokens`,
    `  warm-up    ${warmUpS === 0 ? 'none' : `up to ${warmUpS} s, until latencies settle`}`,
    `  repeats    ${repeats}`,
    ...(options.wall === null ? [] : [`  wall       ${options.wall.text}, ${QUANTITIES[options.wall.quantity]}`]),
    ...(thresholds.length > 0 ? [`  must hold  ${document.thresholds.join(', ')}`] : []),
    ...(options.baseline === undefined ? [] : [`  against    ${options.baseline}`]),
    'nothing has been sent',
  ].join('\n');
  return { document, text };
}
