import { VoltanaError } from '../../domain/errors.ts';
import type { WorkloadRequest } from '../../domain/request.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { Trace } from '../../workload/traces/import.ts';
import type { Library } from '../library.ts';
import type { TuningLoad } from './ground.ts';
import type { TuneRequest } from './request.ts';

const DEFAULT_WORKLOAD = 'azure-conv-2023';

export interface LoadPorts {
  readonly library: Library;
  readonly readTrace: (file: string) => Promise<Trace>;
}

/** What of the load was asked for twice. @throws VoltanaError BAD_FLAG */
export function checkOneLoad({ workload, trace, from, burstiness }: TuneRequest): void {
  const given = Object.entries({ workload, trace, from }).filter(([, value]) => value !== undefined);
  if (given.length > 1)
    throw new VoltanaError('BAD_FLAG', `${given.map(([flag, value]) => `--${flag} ${value}`).join(' and ')} are two loads`, {
      hint: 'Give one of them.',
    });
  if (trace !== undefined && burstiness !== undefined)
    throw new VoltanaError('BAD_FLAG', `--burstiness ${burstiness} is of drawn arrivals, and a trace has its own`, {
      hint: 'Leave it out.',
    });
}

type Asked = Record<string, string | number | undefined>;

/** A rate that the run had: what it was told, or what came in the time that it took. */
function rateOf({ config, requests, measuredS }: RunRecord): number | undefined {
  if (config.rate !== null) return config.rate;
  return requests.offered > 0 && measuredS > 0 ? requests.offered / measuredS : undefined;
}

/**
 * A recorded run's load and promises, with what the command line says in their place.
 * @param run as it was named @throws VoltanaError BAD_VALUE for one whose requests nobody could draw again
 */
export async function overRun(request: TuneRequest, run: string, record: RunRecord, library: Library): Promise<TuneRequest> {
  const { workload, slo } = record.config;
  const asked = (record.bench?.request ?? {}) as Asked;
  const ships = (await library.ids('workloads')).includes(workload);
  if (!ships && asked['trace'] === undefined && record.mode !== 'simulated')
    throw new VoltanaError('BAD_VALUE', `run ${run} served ${workload}, whose requests nobody could draw again`, {
      hint: 'Give the requests themselves with --trace FILE, or --workload ID and --rate R of a load that is like it.',
    });
  const burstiness = request.burstiness ?? record.bench?.load.burstiness ?? undefined;
  return {
    ...request,
    from: undefined,
    ...(ships ? { workload, burstiness } : { trace: String(asked['trace'] ?? workload) }),
    rate: request.rate ?? rateOf(record),
    sloTtftMs: request.sloTtftMs ?? slo.ttftMs,
    sloItlMs: request.sloItlMs ?? slo.itlMs,
  };
}

const unusable = (file: string, problem: string, hint: string): VoltanaError =>
  new VoltanaError('BAD_VALUE', `${file} ${problem}`, { hint });

/** Mean of a trace's own times. */
function ownRate(requests: readonly WorkloadRequest[]): number | null {
  const spanMs = requests.at(-1)!.arrivalMs - requests[0]!.arrivalMs;
  return spanMs > 0 ? ((requests.length - 1) * MS_PER_S) / spanMs : null;
}

function traced(trace: Trace, file: string, rate: number | undefined): TuningLoad {
  const requests = [...trace.requests];
  if (requests.length === 0) throw unusable(file, 'has no requests', 'Give a trace of the load that is to be served.');
  const own = trace.timed ? ownRate(requests) : null;
  const ratePerS = rate ?? own;
  if (ratePerS === null)
    throw unusable(file, trace.timed ? 'has all its requests at one time' : 'does not tell when its requests came', 'Give --rate R.');
  // Times that are all one cannot be stretched: such a trace is as good as one without.
  return { kind: 'trace', name: file, requests, timed: own !== null, ratePerS };
}

/** @throws VoltanaError of exit code 2 */
export async function loadOf(request: TuneRequest, { library, readTrace }: LoadPorts): Promise<TuningLoad> {
  const { trace, rate, workload = DEFAULT_WORKLOAD, burstiness = 1 } = request;
  if (trace !== undefined) return traced(await readTrace(trace), trace, rate);
  if (rate === undefined)
    throw new VoltanaError('BAD_FLAG', 'a search needs a rate', {
      hint: 'Give --rate R in requests per second, --trace FILE, or --from RUN.',
    });
  return { kind: 'workload', card: await library.workload(workload), ratePerS: rate, burstiness };
}

/** As people call it. */
export const loadName = (load: TuningLoad): string => (load.kind === 'workload' ? load.card.id : load.name);
