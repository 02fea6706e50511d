import type { EnergyReading } from '../domain/clock.ts';
import { domainOf } from '../domain/instance.ts';
import type { ProcessFigures } from '../domain/process-figures.ts';
import type { Slo } from '../domain/slo.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import { MS_PER_S } from '../domain/units.ts';
import type { EngineGauges } from '../ports/engine.ts';
import { noPredictor } from '../prediction/no-predictor.ts';
import type { TokenWeights } from '../telemetry/accounting/domain-ledger.ts';
import { EnergyLedger } from '../telemetry/accounting/energy-ledger.ts';
import { BucketCounts, DECISION_BOUNDS_S } from '../telemetry/exposition/counts.ts';
import { type InstanceFacts, renderMetrics } from '../telemetry/exposition/render.ts';
import { RequestMetrics } from '../telemetry/exposition/request-metrics.ts';
import { FleetEvents } from '../telemetry/fleet-events.ts';
import { FleetChanges } from './fleet-changes.ts';
import type { ControlledInstance, FleetControl } from './fleet-control.ts';
import { clockNormalisedLoad } from './normalised-load.ts';
import { Reconciler, type Verdict } from './reconcile.ts';
import { tokenWeights } from './token-weights.ts';

export interface ObservedFleetOptions {
  readonly fleet: FleetControl;
  readonly instances: readonly ControlledInstance[];
  readonly slo: Slo;
  readonly version: string;
  /** See `EventFeed`. */
  readonly epoch: string;
  /** Where an operator bounds the clock. */
  readonly maxClockMhz?: number;
}

/** All that operators see of a fleet: counts, accounts, events, and whether engines agree with what is believed of them. */
export class ObservedFleet {
  /** Give it to the gateway. */
  readonly requests: RequestMetrics;
  readonly events: FleetEvents;
  readonly #options: ObservedFleetOptions;
  readonly #instances = new Map<string, ControlledInstance>();
  readonly #reconciler = new Reconciler();
  readonly #changes: FleetChanges;
  readonly #decisionsS = new Map<string, BucketCounts>();
  #leases: ReadonlyMap<string, boolean> = new Map();

  constructor(options: ObservedFleetOptions) {
    const { slo, epoch, instances } = options;
    this.#options = options;
    this.requests = new RequestMetrics({ slo, ledger: new EnergyLedger({ weightsOf: (domain) => this.#weightsOf(domain) }) });
    this.events = new FleetEvents(epoch);
    this.#changes = new FleetChanges(this.events);
    for (const instance of instances) this.add(instance);
  }

  add(instance: ControlledInstance): void {
    this.#instances.set(instance.id, instance);
    this.requests.instance(instance);
  }

  remove(instanceId: string): void {
    const instance = this.#instances.get(instanceId);
    if (!instance) return;
    this.#instances.delete(instanceId);
    this.requests.forget(instanceId);
    if (this.#membersOf(domainOf(instance)).length === 0) this.#reconciler.forget(domainOf(instance));
  }

  /** A reading of a domain's meter. */
  metered({ domain, energyJ, atMs }: EnergyReading): void {
    this.requests.ledger.domain(domain).metered(energyJ, atMs, this.#idleW(domain));
  }

  /** How long a decision took: `route`, `govern`. */
  decided(kind: string, durationMs: number): void {
    let durations = this.#decisionsS.get(kind);
    if (!durations) this.#decisionsS.set(kind, (durations = new BucketCounts(DECISION_BOUNDS_S)));
    durations.add(durationMs / MS_PER_S);
  }

  /** What an engine says of itself. One that disagrees for long gets its maximum clock until it agrees again. */
  reconcile(domain: string, gauges: EngineGauges, nowMs: number): Verdict {
    const { fleet } = this.#options;
    const members = this.#membersOf(domain);
    const before = this.#reconciler.verdict(domain);
    if (members.length === 0) return before;
    const totals = { promptTokens: 0, outputTokens: 0 };
    for (const { id } of members) {
      totals.promptTokens += this.requests.totals(id).promptTokens;
      totals.outputTokens += this.requests.totals(id).outputTokens;
    }
    const loads = members.map(({ id }) => fleet.tracker.load(id, nowMs));
    // Lengths that are only guessed, and badly, would accuse an engine of what we do not know ourselves.
    const sure = this.requests.knowsPrompts;
    const told = sure ? gauges : { ...gauges, kvUsage: null, kvTokens: null, promptTokensTotal: null };
    const verdict = this.#reconciler.read(domain, loads, told, nowMs, totals);
    if (verdict.trusted !== before.trusted || !verdict.trusted) fleet.distrust(domain, verdict.reason);
    if (verdict.trusted !== before.trusted) {
      const { trusted, reason } = verdict;
      for (const { id } of members) this.events.add({ kind: 'reconciliation', instance: id, trusted, reason }, nowMs);
    }
    return verdict;
  }

  /** Tells of what changed since the last look. @param leases whether each domain's is held; empty where nobody sets clocks */
  look(snapshot: Snapshot, leases: ReadonlyMap<string, boolean>, nowMs: number): void {
    const { fleet } = this.#options;
    this.#leases = leases;
    const transitions = new Map(fleet.domainIds.map((domain) => [domain, fleet.control(domain).log]));
    this.#changes.look({ instances: snapshot.instances, transitions, leases }, nowMs);
  }

  warn(text: string, nowMs: number): void {
    this.events.add({ kind: 'warning', text }, nowMs);
  }

  /** What `/metrics` answers. */
  render(snapshot: Snapshot, process: ProcessFigures): string {
    const { version } = this.#options;
    const known = snapshot.instances.flatMap(({ id }) => this.#instances.get(id) ?? []);
    const facts = new Map(known.map((instance) => [instance.id, this.#factsOf(instance, snapshot.atMs)]));
    return renderMetrics({
      version,
      snapshot,
      requests: this.requests,
      facts,
      decisionsS: this.#decisionsS,
      events: this.events.counts,
      process,
    });
  }

  #factsOf(instance: ControlledInstance, nowMs: number): InstanceFacts {
    const domain = domainOf(instance);
    const { trusted, disagreement } = this.#reconciler.verdict(domain);
    const leaseHeld = this.#leases.get(domain);
    return {
      ...(leaseHeld === undefined ? {} : { leaseHeld }),
      trusted,
      disagreement,
      normalisedLoad: this.#normalisedLoad(instance, nowMs),
    };
  }

  #normalisedLoad(instance: ControlledInstance, nowMs: number): number | null {
    const { fleet, slo } = this.#options;
    const { id, predictor, kvCapacityTokens = null } = instance;
    if (predictor === noPredictor) return null;
    const view = { predictor, maxMhz: this.#maxMhz(instance), slo, kvCapacityTokens };
    const load = clockNormalisedLoad(fleet.tracker.load(id, nowMs), view);
    return Number.isFinite(load) ? load : null;
  }

  #maxMhz({ supportedMhz, predictor }: ControlledInstance): number {
    const { maxClockMhz = Infinity } = this.#options;
    return Math.min(supportedMhz.at(-1)!, maxClockMhz, predictor.clockRangeMhz[1]);
  }

  #idleW(domain: string): number | null {
    const [member] = this.#membersOf(domain);
    if (!member || member.predictor === noPredictor) return null;
    const [lowest, highest] = member.predictor.clockRangeMhz;
    const clockMhz = Math.min(highest, Math.max(lowest, this.#options.fleet.control(domain).askedMhz));
    const { idleW } = member.predictor.predict({ batch: 0, tokens: 0 }, clockMhz);
    return Number.isFinite(idleW) ? idleW : null;
  }

  #weightsOf(domain: string): TokenWeights | undefined {
    const [one, other] = this.#membersOf(domain);
    if (!one || !other || one.predictor === noPredictor || other.predictor === noPredictor) return undefined;
    const [prefill, decode] = one.role === 'prefill' ? [one, other] : [other, one];
    return tokenWeights(prefill.predictor, decode.predictor, this.#maxMhz(decode));
  }

  #membersOf(domain: string): ControlledInstance[] {
    return [...this.#instances.values()].filter((instance) => domainOf(instance) === domain);
  }
}
