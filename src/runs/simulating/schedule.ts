import { VoltanaError } from '../../domain/errors.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { Store } from '../../ports/store.ts';
import type { WorkloadCard } from '../../workload/card.ts';
import { seededRequests } from '../../workload/seeded-schedule.ts';
import type { Library } from '../library.ts';
import { readTraceFile } from '../tracing/read-trace.ts';
import { replayTrace } from '../tracing/replay-trace.ts';
import type { Scenario, SimulateRequest } from './options.ts';

const DEFAULT_WORKLOAD = 'azure-conv-2023';
const DEFAULT_RATE_PER_S = 8;

export type AskedLoad = Pick<Scenario, 'workload' | 'ratePerS' | 'durationS' | 'schedule'>;

const extentOf = ({ requests, durationS }: SimulateRequest): { requests: number } | { durationMs: number } => {
  if (requests !== undefined) return { requests };
  if (durationS !== undefined) return { durationMs: durationS * MS_PER_S };
  throw new VoltanaError('BAD_FLAG', 'a simulated workload needs an end', { hint: 'Give --duration S or --requests N.' });
};

/** Drawn as it is read, so that it may be longer than memory. */
function drawn(card: WorkloadCard, request: SimulateRequest): AskedLoad {
  const { ratePerS = DEFAULT_RATE_PER_S, burstiness = 1, durationS = null, seed } = request;
  const extent = extentOf(request);
  const endMs = (durationS ?? Infinity) * MS_PER_S;
  return {
    workload: card.id,
    ratePerS,
    durationS,
    schedule: function* () {
      for (const one of seededRequests({ card, ratePerS, burstiness, seed, extent })) {
        if (one.arrivalMs >= endMs) return;
        yield one;
      }
    },
  };
}

async function replayed(store: Store, file: string, request: SimulateRequest): Promise<AskedLoad> {
  const { ratePerS, durationS, requests, seed } = request;
  const { schedule, lastS } = replayTrace(await readTraceFile(store, file), file, { ratePerS, durationS, requests, seed });
  return { workload: file, ratePerS: ratePerS ?? null, durationS: durationS ?? lastS, schedule: () => schedule };
}

/** What of the load was asked for twice. @throws VoltanaError BAD_FLAG */
function checkOneLoad({ workload, trace, burstiness }: SimulateRequest): void {
  if (trace === undefined) return;
  if (workload !== undefined)
    throw new VoltanaError('BAD_FLAG', `--workload ${workload} and --trace ${trace} are two loads`, { hint: 'Give one of them.' });
  if (burstiness !== undefined)
    throw new VoltanaError('BAD_FLAG', `--burstiness ${burstiness} is of drawn arrivals, and a trace has its own`, {
      hint: 'Leave it out.',
    });
}

/** @throws VoltanaError of exit code 2 */
export async function loadOf(request: SimulateRequest, library: Library, store: Store): Promise<AskedLoad> {
  checkOneLoad(request);
  const { trace, workload = DEFAULT_WORKLOAD } = request;
  if (trace !== undefined) return replayed(store, trace, request);
  return drawn(await library.workload(workload), request);
}
