import type { ShapeExplanation } from '../../domain/explanation.ts';
import { domainOf, type ClockDomainId, type Role } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import type { FleetTracker } from '../../telemetry/fleet-tracker.ts';
import { demandOf, requestsAt } from './demand.ts';
import type { FleetShape, ReshapeOptions, ResizeOptions } from './fleet-shape.ts';
import { layoutText, LayoutPlan } from './layout-plan.ts';
import { restingW, type SetModel } from './layout.ts';
import { LayoutSizer, type SetLoad } from './layout-sizer.ts';
import type { ResizableInstance } from './resizer.ts';
import type { Presence, ResizeOrder } from './sizer.ts';

/** A plan weighs this many clocks of a table: watts are flat near their least. */
const WEIGHED_CLOCKS = 8;

function modelOf(instances: readonly ResizableInstance[]): SetModel {
  const ofRole = (role: Role): ResizableInstance => {
    const found = instances.find((one) => one.role === role);
    if (!found) throw new RangeError(`no instance of the fleet does ${role}`);
    return found;
  };
  const [prefill, decode] = [ofRole('prefill'), ofRole('decode')];
  const [lowest, highest] = [0, 1].map((end) => decode.predictor.clockRangeMhz[end]!) as [number, number];
  const known = decode.supportedMhz.filter((clockMhz) => clockMhz >= lowest && clockMhz <= highest);
  const table = known.length > 0 ? known : decode.supportedMhz;
  const places = Math.min(WEIGHED_CLOCKS, table.length) - 1;
  const clocksMhz = Array.from({ length: places + 1 }, (_, i) => table[places === 0 ? 0 : Math.round((i * (table.length - 1)) / places)]!);
  return {
    predictors: { prefill: prefill.predictor, decode: decode.predictor },
    clocksMhz,
    kvCapacityTokens: decode.kvCapacityTokens ?? null,
  };
}

/** Sizes a fleet whose sets of GPUs may change their role. All sets are alike. */
export class Reshaper implements FleetShape {
  readonly options: ResizeOptions;
  readonly #instances: readonly ResizableInstance[];
  readonly #domains: ReadonlyMap<string, ClockDomainId>;
  readonly #roles: ReadonlyMap<string, Role>;
  readonly #sizer: LayoutSizer;
  readonly #plan: LayoutPlan;
  #lookAtMs = -Infinity;

  constructor(instances: readonly ResizableInstance[], slo: Slo, options: ResizeOptions, reshape: ReshapeOptions) {
    this.options = options;
    this.#instances = instances;
    this.#domains = new Map(instances.map((one) => [one.id, domainOf(one)]));
    this.#roles = new Map(instances.map(({ id, role }) => [id, role]));
    this.#sizer = new LayoutSizer(reshape.roles);
    const model = modelOf(instances);
    const idleW = restingW(model);
    // A released set is somebody else's, and so are its watts.
    this.#plan = new LayoutPlan(
      reshape,
      { model, slo, tunables: options.tunables },
      { idleW, restW: options.rest === 'release' ? 0 : idleW },
    );
  }

  usable(instanceId: string): boolean {
    const domain = this.#domains.get(instanceId)!;
    if (this.#sizer.presence(domain) !== 'active') return false;
    const role = this.#sizer.role(domain);
    const phase = this.#roles.get(instanceId)!;
    // While pairs serve, prompts go to their prefill sets; what decodes on an aggregated set is prefilled there all the same.
    if (role === 'aggregated') return phase === 'decode' || !this.#sizer.paired;
    return role === phase && this.#sizer.paired;
  }

  plays(instanceId: string): boolean {
    const role = this.#sizer.role(this.#domains.get(instanceId)!);
    return role === 'aggregated' || role === this.#roles.get(instanceId);
  }

  servesBoth(domainId: ClockDomainId): boolean {
    return this.#sizer.role(domainId) === 'aggregated';
  }

  presence(domainId: ClockDomainId): Presence {
    return this.#sizer.presence(domainId);
  }

  awake(domainId: ClockDomainId): void {
    this.#sizer.awake(domainId);
  }

  orders(tracker: FleetTracker, nowMs: number): readonly ResizeOrder[] {
    if (nowMs - this.#lookAtMs < this.options.tunables.lookMs) return [];
    const demand = demandOf(this.#instances, tracker, nowMs);
    if (!demand) return [];
    this.#lookAtMs = nowMs;
    const { target, floor } = this.#plan.look(demand, this.#sizer.counts(), nowMs);
    const { rest, tunables } = this.options;
    const dwellMs = tunables.reloadMs === 0 ? tunables.calmMs : tunables.horizonMs;
    return this.#sizer.adjust({ target, floor, rests: rest !== null, dwellMs }, this.#loads(tracker, nowMs), nowMs);
  }

  told(nowMs: number): ShapeExplanation {
    const sets = [...new Set(this.#domains.values())].map((instance) => ({
      instance,
      role: this.#sizer.role(instance),
      presence: this.#sizer.presence(instance),
    }));
    return { atMs: nowMs, reason: `${layoutText(this.#plan.target)}: ${this.#plan.reason}`, sets };
  }

  #loads(tracker: FleetTracker, nowMs: number): SetLoad[] {
    const requests = new Map<ClockDomainId, number>();
    for (const { id } of this.#instances) {
      const domain = this.#domains.get(id)!;
      requests.set(domain, (requests.get(domain) ?? 0) + requestsAt(id, tracker, nowMs));
    }
    return [...requests].map(([id, count]) => ({ id, requests: count }));
  }
}
