import type { Instance, Role } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import type { FleetTracker } from '../../telemetry/fleet-tracker.ts';
import { demandOf, requestsAt } from './demand.ts';
import type { FleetShape, ResizeOptions } from './fleet-shape.ts';
import { wantedSize, type Archetypes, type FleetSize } from './plan.ts';
import { FleetSizer, type Member, type Presence, type ResizeOrder } from './sizer.ts';

export interface ResizableInstance extends Instance {
  readonly predictor: Predictor;
  readonly supportedMhz: readonly number[];
  readonly kvCapacityTokens?: number;
}

function archetypeOf(instances: readonly ResizableInstance[], role: Role): Archetypes[Role] {
  const { predictor, supportedMhz, kvCapacityTokens } = instances.find((one) => one.role === role)!;
  return { predictor, maxMhz: Math.min(supportedMhz.at(-1)!, predictor.clockRangeMhz[1]), kvCapacityTokens: kvCapacityTokens ?? null };
}

/** Joins what the data path has seen of the demand with the plan and the sizer, for a fleet in which everybody keeps its role. */
export class Resizer implements FleetShape {
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

  usable(id: string): boolean {
    return this.presence(id) === 'active';
  }

  plays(): boolean {
    return true;
  }

  servesBoth(): boolean {
    return true;
  }

  told(): null {
    return null;
  }

  presence(id: string): Presence {
    return this.#sizer.presence(id);
  }

  awake(id: string): void {
    this.#sizer.awake(id);
  }

  /** What to do now; nothing until output lengths are known. */
  orders(tracker: FleetTracker, nowMs: number): ResizeOrder[] {
    const demand = demandOf(this.#instances, tracker, nowMs);
    if (!demand) return [];
    const wanted = wantedSize(demand, this.#archetypes, this.#slo, this.#available, this.#options.tunables);
    return this.#sizer.adjust(wanted, this.#members(tracker, nowMs), nowMs);
  }

  #members(tracker: FleetTracker, nowMs: number): Member[] {
    return this.#instances.map(({ id, role }) => ({ id, role, requests: requestsAt(id, tracker, nowMs) }));
  }
}
