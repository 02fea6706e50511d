import type { ResolvedSettings } from '../src/domain/settings.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import type { AskedStandards, BenchRequest } from '../src/compose/bench.ts';
import { benchFlags } from './bench-flags.ts';

type Given = Readonly<Record<string, unknown>>;

/** Flag -> key of a request, where they differ in more than their hyphens. */
const KEYS: Readonly<Record<string, keyof BenchRequest>> = {
  'endpoint-ca-file': 'caFile',
  duration: 'durationS',
  'slo-ttft': 'sloTtftMs',
  'slo-itl': 'sloItlMs',
  'warm-up': 'warmUpS',
  agent: 'meterAgent',
  gpus: 'meterGpus',
  'token-file': 'meterTokenFile',
  'ca-file': 'meterCaFile',
  'cert-file': 'meterCertFile',
  'key-file': 'meterKeyFile',
};

const keyOf = (flag: string): string => KEYS[flag] ?? flag.replace(/-./g, (hit) => hit[1]!.toUpperCase());

/** What was given of it, and nothing else: a request of an earlier run shines through. */
export const requestIn = (flags: Given): Partial<BenchRequest> =>
  Object.fromEntries(
    Object.keys(benchFlags)
      .filter((flag) => flags[flag] !== undefined && flags[flag] !== false)
      .map((flag) => [keyOf(flag), flags[flag]]),
  );

const SHARED = ['workload', 'rate', 'requests', 'sloTtftMs', 'sloItlMs'] as const;
const OF_CLUSTERS = ['cluster', 'governor', 'routing', 'clocks', 'gatewayPort'] as const;

/** What a config file or the environment says; a default is not what somebody asked for. */
export const settingsAsked = (settings: ResolvedSettings, url: string | undefined): Partial<BenchRequest> => {
  const asked = [...SHARED, ...(url === undefined ? OF_CLUSTERS : [])].filter((key) => settings[key].origin.source !== 'default');
  return Object.fromEntries(asked.map((key) => [key, settings[key].value]));
};

const OF_ANY_CLUSTER = ['cluster', 'fitted', 'governor', 'routing', 'clocks', 'gatewayPort'] as const;
const OF_URLS = ['url', 'model', 'meterAgent', 'meterGpus'] as const;

/** What cannot be asked for together: the newer wish wins. */
const RIVALS: { readonly [key in keyof BenchRequest]?: readonly (keyof BenchRequest)[] } = {
  rate: ['ramp', 'concurrency'],
  ramp: ['rate', 'concurrency', 'trace'],
  concurrency: ['rate', 'ramp', 'arrivals', 'burstiness'],
  arrivals: ['concurrency', 'trace'],
  burstiness: ['concurrency', 'trace'],
  trace: ['workload', 'ramp', 'arrivals', 'burstiness'],
  workload: ['trace'],
  url: OF_ANY_CLUSTER,
  cluster: OF_URLS,
};

/** @param earlier what an earlier run or the settings ask for @param given on the command line: what it rules out is gone */
export function requestOver<T extends Partial<BenchRequest>>(earlier: T, given: Partial<BenchRequest>): T {
  const ruledOut = new Set(Object.keys(given).flatMap((key) => RIVALS[key as keyof BenchRequest] ?? []));
  const kept = Object.entries(earlier).filter(([key]) => !ruledOut.has(key as keyof BenchRequest));
  return { ...Object.fromEntries(kept), ...given } as T;
}

/** An interrupted run goes on as it was begun. @throws VoltanaError BAD_FLAG */
export function checkUnchanged(resume: string | undefined, given: Partial<BenchRequest>): void {
  const [key] = Object.keys(given);
  if (resume === undefined || key === undefined) return;
  const flag = Object.keys(benchFlags).find((one) => keyOf(one) === key);
  throw new VoltanaError('BAD_FLAG', `--resume goes on with what was begun, and --${flag} would change it`, {
    hint: `Leave --${flag} out, or measure anew with --from ${resume} --${flag} ...`,
  });
}

interface Judged {
  readonly threshold?: string[] | undefined;
  readonly baseline?: string | undefined;
  readonly strict: boolean;
}

/** What a run is held against; one that goes on is held against what it was begun with, unless somebody says otherwise. */
export const standardsOf = ({ threshold, baseline, strict }: Judged, begun: AskedStandards | undefined): AskedStandards => ({
  thresholds: threshold ?? begun?.thresholds ?? [],
  baseline: baseline ?? begun?.baseline,
  strict: strict || begun?.strict === true,
});
