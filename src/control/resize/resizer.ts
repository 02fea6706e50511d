import type { Instance, Role } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { FleetTracker } from '../../telemetry/fleet-tracker.ts';
import type { DecodeLoad } from '../../telemetry/load.ts';
import { wantedSize, type Archetypes, type Demand, type FleetSize, type ResizeTunables } from './plan.ts';
import { FleetSizer, type Member, type Presence, type ResizeOrder } from './sizer.ts';

export interface ResizableInstance extends Instance {
  readonly predictor: Predictor;
  readonly supportedMhz: readonly number[];
  readonly kvCapacityTokens?: number;
}

/** Where instances go that nobody needs: kept loaded at their lowest clock, or ended, their GPUs free for others. */
export type RestMode = 'park' | 'release';

export interface ResizeOptions {
  readonly rest: RestMode;
  readonly tunables: ResizeTunables;
}

function archetypeOf(instances: readonly ResizableInstance[], role: Role): Archetypes[Role] {
  const { predictor, supportedMhz, kvCapacityTokens } = instances.find((one) => one.role === role)!;
  return { predictor, maxMhz: Math.min(supportedMhz.at(-1)!, predictor.clockRangeMhz[1]), kvCapacityTokens: kvCapacityTokens ?? null };
}

/** Joins what the data path has seen of the demand with the plan and the sizer, for one fleet. */
export class Resizer {
  readonly #instances: readonly ResizableInstance[];
  readonly #slo: Slo;
  readonly #options: ResizeOptions;
  readonly #archetypes: Archetypes;
  readonly #available: FleetSize;
  readonly #sizer: FleetSizer;

  constructor(instances: readonly ResizableInstance[], slo: Slo, options: ResizeOptions) {
    const count = (role: Role): number => instances.filter((one) => one.role === role).length;
    this.#instances = instances;
    this.#slo = slo;
    this.#options = options;
    this.#archetypes = { prefill: archetypeOf(instances, 'prefill'), decode: archetypeOf(instances, 'decode') };
    this.#available = { prefill: count('prefill'), decode: count('decode') };
    this.#sizer = new FleetSizer(instances, options.tunables);
  }

  get options(): ResizeOptions {
    return this.#options;
  }

  presence(id: string): Presence {
    return this.#sizer.presence(id);
  }

  awake(id: string): void {
    this.#sizer.awake(id);
  }

  /** What to do now; nothing until output lengths are known. */
  orders(tracker: FleetTracker, nowMs: number): ResizeOrder[] {
    const demand = this.#demand(tracker, nowMs);
    if (!demand) return [];
    const wanted = wantedSize(demand, this.#archetypes, this.#slo, this.#available, this.#options.tunables);
    return this.#sizer.adjust(wanted, this.#members(tracker, nowMs), nowMs);
  }

  #demand(tracker: FleetTracker, nowMs: number): Demand | null {
    const { requestRatePerS, meanPromptTokens } = tracker.arrivals(nowMs);
    let [lengths, weights] = [0, 0];
    for (const { id, role } of this.#instances) {
      if (role !== 'decode') continue;
      const load = tracker.load(id, nowMs) as DecodeLoad;
      if (load.meanOutputTokens === null) continue;
      const weight = load.requestRatePerS + Number.MIN_VALUE;
      lengths += weight * load.meanOutputTokens;
      weights += weight;
    }
    if (weights === 0 || meanPromptTokens === null) return null;
    return { requestRatePerS, meanPromptTokens, meanOutputTokens: lengths / weights };
  }

  #members(tracker: FleetTracker, nowMs: number): Member[] {
    return this.#instances.map(({ id, role }) => {
      const load = tracker.load(id, nowMs);
      return { id, role, requests: load.phase === 'prefill' ? load.waiting.length : load.batch + load.incoming };
    });
  }
}
