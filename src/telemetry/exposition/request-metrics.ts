import { domainOf, type Instance } from '../../domain/instance.ts';
import type { Slo } from '../../domain/slo.ts';
import type { ArrivedRequest, RequestTelemetry, TelemetryListener } from '../../ports/telemetry-listener.ts';
import type { DomainLedger } from '../accounting/domain-ledger.ts';
import { EnergyLedger } from '../accounting/energy-ledger.ts';
import { LiveRequest } from './live-request.ts';
import { BoundedNames } from './names.ts';
import { InstanceSeries, ModelSeries, TenantSeries } from './request-series.ts';

export interface RequestMetricsOptions {
  readonly slo: Slo;
  readonly ledger?: EnergyLedger;
  /** Further names are counted as `other`. */
  readonly mostModels?: number;
  readonly mostTenants?: number;
}

/** Where one request's counts go while it runs on an instance. */
export interface Place {
  readonly series: InstanceSeries;
  readonly ledger: DomainLedger;
}

const MOST_MODELS = 32;
const MOST_TENANTS = 128;
const MOST_STATUSES = 32;
/** Of the newest guess in the mean error of guesses; so many at least make a mean, and below this it is a good one. */
const GUESS_WEIGHT = 0.1;
const ENOUGH_GUESSES = 20;
const GOOD_GUESS = 0.04;

/** Counts what passes the gateway, in plain numbers: a chunk costs some additions, and nothing is rendered until somebody asks. */
export class RequestMetrics implements TelemetryListener {
  readonly ledger: EnergyLedger;
  readonly slo: Slo;
  readonly #models = new Map<string, ModelSeries>();
  readonly #tenants = new Map<string, Map<string, TenantSeries>>();
  readonly #instances = new Map<string, InstanceSeries>();
  readonly #domains = new Map<string, string>();
  readonly #modelNames: BoundedNames;
  readonly #tenantNames: BoundedNames;
  readonly #statuses = new Map<number, number>();
  #guessing = false;
  #guesses = 0;
  #guessError = 1;

  constructor({ slo, ledger = new EnergyLedger(), mostModels = MOST_MODELS, mostTenants = MOST_TENANTS }: RequestMetricsOptions) {
    this.slo = slo;
    this.ledger = ledger;
    this.#modelNames = new BoundedNames(mostModels);
    this.#tenantNames = new BoundedNames(mostTenants);
  }

  /** Tells whose meter counts an instance. One that was never named is its own domain. */
  instance(instance: Pick<Instance, 'id' | 'domain'>): void {
    this.#domains.set(instance.id, domainOf(instance));
  }

  /** An instance that is gone shows no longer; its energy stays on its accounts. */
  forget(instanceId: string): void {
    this.#instances.delete(instanceId);
    this.#domains.delete(instanceId);
  }

  arrived(request: ArrivedRequest): RequestTelemetry {
    if (request.estimated) this.#guessing = true;
    const model = this.#modelNames.bounded(request.model);
    return new LiveRequest(request, this, this.#model(model), this.#tenant(model, this.#tenantNames.bounded(request.tenant)));
  }

  guessed(guess: number, tokens: number): void {
    if (tokens <= 0) return;
    this.#guesses++;
    this.#guessError += GUESS_WEIGHT * (Math.abs(guess / tokens - 1) - this.#guessError);
  }

  /** Whether prompt lengths are known well enough to be held against an engine's own counts. */
  get knowsPrompts(): boolean {
    return !this.#guessing || (this.#guesses >= ENOUGH_GUESSES && this.#guessError < GOOD_GUESS);
  }

  rejected(status: number): void {
    if (this.#statuses.size < MOST_STATUSES || this.#statuses.has(status))
      this.#statuses.set(status, (this.#statuses.get(status) ?? 0) + 1);
  }

  placeOf(instanceId: string): Place {
    return { series: this.totals(instanceId), ledger: this.ledger.domain(this.#domains.get(instanceId) ?? instanceId) };
  }

  /** What went to an instance and came from it so far. */
  totals(instanceId: string): InstanceSeries {
    let series = this.#instances.get(instanceId);
    if (!series) this.#instances.set(instanceId, (series = new InstanceSeries(instanceId)));
    return series;
  }

  get models(): Iterable<ModelSeries> {
    return this.#models.values();
  }

  get tenants(): readonly TenantSeries[] {
    return [...this.#tenants.values()].flatMap((byTenant) => [...byTenant.values()]);
  }

  get instances(): Iterable<InstanceSeries> {
    return this.#instances.values();
  }

  get rejections(): ReadonlyMap<number, number> {
    return this.#statuses;
  }

  #model(model: string): ModelSeries {
    let series = this.#models.get(model);
    if (!series) this.#models.set(model, (series = new ModelSeries(model, this.slo)));
    return series;
  }

  #tenant(model: string, tenant: string): TenantSeries {
    let byTenant = this.#tenants.get(model);
    if (!byTenant) this.#tenants.set(model, (byTenant = new Map<string, TenantSeries>()));
    let series = byTenant.get(tenant);
    if (!series) byTenant.set(tenant, (series = new TenantSeries(this.ledger.account({ model, tenant }))));
    return series;
  }
}
