import type { FleetControl } from '../../../control/fleet-control.ts';
import type { EnergyReading } from '../../../domain/clock.ts';
import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { LiveFault } from '../../../domain/live-tuning.ts';
import type { Slo } from '../../../domain/slo.ts';
import type { ClockTrouble } from '../clock-keeper.ts';
import type { DomainMember, DomainMembers } from './members.ts';
import { farOff, invalidPrediction } from './sanity.ts';
import { StallWatch } from './stall-watch.ts';
import type { TotalsOf } from './work-watch.ts';

/** What is known of a fleet's clocks, meters and answers beside its control. */
export interface FaultSources {
  readonly fleet: FleetControl;
  /** What keeps a domain's clock from being set, by domain. */
  troubles(): ReadonlyMap<string, ClockTrouble>;
  /** Domains whose meter does not answer any more. */
  readonly silent: ReadonlySet<string>;
  /** The newest reading by domain; none where nobody counts energy. */
  readonly energy: ReadonlyMap<string, EnergyReading>;
  readonly totals: TotalsOf;
  /** Of late, between the chunks of an instance's answers; null while nothing comes. */
  recentGapMs(instanceId: string): number | null;
}

export interface FaultWatchOptions {
  readonly sources: FaultSources;
  readonly slo: Slo;
  /** Why no prediction here can be of this cluster; null where it may be. */
  readonly mismatch: string | null;
}

/** Sorting what is recent costs more than a look has: not every time. */
const COMPARE_EVERY_MS = 500;
/** Meters are read twice a second. */
const METER_SILENT_MS = 3000;

/** Whatever makes it doubtful that a cluster is what its governor believes. */
export class FaultWatch {
  readonly #options: FaultWatchOptions;
  readonly #stalls: StallWatch;
  readonly #readings = new Map<string, { readonly reading: EnergyReading; readonly seenMs: number }>();
  #comparedMs = -Infinity;
  #far: LiveFault[] = [];

  constructor(options: FaultWatchOptions) {
    this.#options = options;
    this.#stalls = new StallWatch(options.slo);
  }

  look(members: DomainMembers, nowMs: number): LiveFault[] {
    const { mismatch, sources } = this.#options;
    const troubles = sources.troubles();
    const faults: LiveFault[] = mismatch === null ? [] : [{ kind: 'profile-mismatch', domain: null, text: mismatch }];
    if (nowMs - this.#comparedMs >= COMPARE_EVERY_MS) {
      this.#comparedMs = nowMs;
      this.#far = [...members].flatMap(([domain, { instances }]) => instances.flatMap((one) => this.#compared(domain, one, nowMs)));
    }
    for (const [domain, member] of members) {
      const trouble = troubles.get(domain);
      if (trouble) faults.push({ ...trouble, domain });
      faults.push(...this.#silent(domain, nowMs), ...this.#doubted(domain, member));
      for (const instance of member.instances) faults.push(...this.#instance(domain, instance, nowMs));
    }
    return this.#far.length === 0 ? faults : [...faults, ...this.#far];
  }

  #silent(domain: string, nowMs: number): LiveFault[] {
    const { silent, energy } = this.#options.sources;
    const fault = (text: string): LiveFault[] => [{ kind: 'telemetry-silent', domain, text }];
    if (silent.has(domain)) return fault('its meter does not answer');
    const reading = energy.get(domain);
    if (!reading) return [];
    const known = this.#readings.get(domain);
    if (known?.reading !== reading) this.#readings.set(domain, { reading, seenMs: nowMs });
    else if (nowMs - known.seenMs > METER_SILENT_MS) return fault(`its meter has not answered for ${METER_SILENT_MS / 1000} s`);
    return [];
  }

  /** What an engine or its predictor says against what is believed. */
  #doubted(domain: string, { instances }: DomainMember): LiveFault[] {
    const { fleet } = this.#options.sources;
    const reason = fleet.distrusted(domain);
    if (reason === null) return [];
    const own = instances.some(({ id }) => fleet.instance(id).learning?.doubt === reason);
    return [{ kind: own ? 'predictor-invalid' : 'traffic-unseen', domain, text: reason }];
  }

  #instance(domain: string, { id, role }: LaunchedInstance, nowMs: number): LiveFault[] {
    const { fleet, totals } = this.#options.sources;
    const health = fleet.health(id, nowMs);
    const load = fleet.tracker.load(id, nowMs);
    const { promptTokens, outputTokens } = totals(id);
    const stalledMs = this.#stalls.stalledMs(id, load, role === 'prefill' ? promptTokens : outputTokens, nowMs);
    const invalid = invalidPrediction(fleet.instance(id), load, fleet.control(domain).askedMhz);
    return [
      ...(health === 'up' ? [] : [{ kind: 'engine-stalled' as const, domain, text: `${id} is ${health}` }]),
      ...(stalledMs === null ? [] : [{ kind: 'engine-stalled' as const, domain, text: `${id} has work and answers nothing` }]),
      ...(invalid === null ? [] : [{ kind: 'predictor-invalid' as const, domain, text: `${id}: ${invalid}` }]),
    ];
  }

  #compared(domain: string, { id }: LaunchedInstance, nowMs: number): LiveFault[] {
    const { fleet, recentGapMs } = this.#options.sources;
    const text = farOff(fleet.instance(id), fleet.tracker.load(id, nowMs), fleet.control(domain).askedMhz, recentGapMs(id));
    return text === null ? [] : [{ kind: 'predictor-invalid', domain, text: `${id}: ${text}` }];
  }
}
