import type { EngineRole } from '../../domain/instance.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { ReshapeOptions } from './fleet-shape.ts';
import { cheapestLayout, holdsOut, layoutW, type Choice, type Layout, type LayoutQuestion } from './layout.ts';
import type { Demand, FleetSize } from './plan.ts';

export interface Planned {
  readonly target: Layout;
  /** Pairs that must stay until others serve. */
  readonly floor: FleetSize;
}

/** What sets draw that do nothing: loaded, and resting as this fleet rests them. */
export interface RestWatts {
  readonly idleW: number;
  readonly restW: number;
}

interface Peak {
  readonly atMs: number;
  readonly perS: number;
}

const ROLE_NAMES = ['prefill', 'decode', 'aggregated'] as const;

export const layoutText = (layout: Layout): string =>
  ROLE_NAMES.filter((role) => layout[role] > 0)
    .map((role) => `${layout[role]} ${role}`)
    .join(' + ');

const same = (one: Layout, other: Layout): boolean => ROLE_NAMES.every((role) => one[role] === other[role]);

const countRoles = (roles: Iterable<EngineRole>): Layout => {
  const layout = { prefill: 0, decode: 0, aggregated: 0 };
  for (const role of roles) layout[role]++;
  return layout;
};

/**
 * Which layout a fleet should have, and when to change it: at once where the present one will not keep the promise, otherwise only for
 * something that has been predicted to be cheaper for a calm time, and that pays for its cold starts within the horizon.
 */
export class LayoutPlan {
  readonly #options: ReshapeOptions;
  readonly #known: Omit<LayoutQuestion, 'demand'>;
  readonly #watts: RestWatts;
  readonly #sets: number;
  /** Every set in the role that it began with. */
  readonly #all: Layout;
  /** Descending in rate, ascending in time: the highest rates of the calm time. */
  #peaks: Peak[] = [];
  #cheaperSinceMs: number | null = null;
  #shortSinceMs: number | null = null;
  #target: Layout;
  #reason = 'as it began';

  constructor(options: ReshapeOptions, known: Omit<LayoutQuestion, 'demand'>, watts: RestWatts) {
    this.#options = options;
    this.#known = known;
    this.#watts = watts;
    this.#sets = options.roles.size;
    this.#all = countRoles(options.roles.values());
    this.#target = this.#all;
  }

  get target(): Layout {
    return this.#target;
  }

  /** Why the target is what it is. */
  get reason(): string {
    return this.#reason;
  }

  /** @param counts how many sets have, or are being loaded for, each role: those that rest, too */
  look(demand: Demand, counts: Layout, nowMs: number): Planned {
    const question = { ...this.#known, demand };
    const peakPerS = this.#peak(demand.requestRatePerS, nowMs);
    if (holdsOut(this.#target, question, peakPerS)) this.#saveSome(question, counts, peakPerS, nowMs);
    else this.#rescue(question, counts, peakPerS, nowMs);
    return { target: this.#target, floor: this.#floor(question, peakPerS) };
  }

  /** Fewer than this would be too few before long: the demand of the calm time counts, not only of this moment. */
  #peak(perS: number, nowMs: number): number {
    const { calmMs } = this.#known.tunables;
    this.#peaks = this.#peaks.filter((peak) => peak.perS > perS && nowMs - peak.atMs < calmMs);
    this.#peaks.push({ atMs: nowMs, perS });
    return this.#peaks[0]!.perS;
  }

  #rescue(question: LayoutQuestion, counts: Layout, peakPerS: number, nowMs: number): void {
    this.#cheaperSinceMs = null;
    this.#shortSinceMs ??= nowMs;
    // Nobody is helped by a set that loads for longer than the rush lasts.
    const lasting = nowMs - this.#shortSinceMs >= this.#known.tunables.reloadMs / 4;
    const best = cheapestLayout(question, peakPerS, this.#choice(lasting ? this.#most() : counts));
    if (best) this.#become(best.layout, 'the layout before would not have kept the promise');
    else this.#become(counts, 'more load than can be served in time: every set serves');
  }

  #saveSome(question: LayoutQuestion, counts: Layout, peakPerS: number, nowMs: number): void {
    this.#shortSinceMs = null;
    const { calmMs, minGain } = this.#known.tunables;
    const best = cheapestLayout(question, peakPerS, this.#choice(this.#most()));
    const nowW = this.#fleetW(question);
    const gainW = best && nowW !== null ? nowW - best.powerW : 0;
    if (!best || gainW <= minGain * nowW! || !this.#pays(best.layout, counts, gainW)) {
      this.#cheaperSinceMs = null;
      return;
    }
    this.#cheaperSinceMs ??= nowMs;
    if (nowMs - this.#cheaperSinceMs < calmMs) return;
    this.#cheaperSinceMs = null;
    this.#become(best.layout, `predicted to draw ${Math.round(gainW)} W less than ${layoutText(this.#target)}`);
  }

  /** Resting sets included. */
  #fleetW(question: LayoutQuestion): number | null {
    const servingW = layoutW(this.#target, question);
    const { prefill, decode, aggregated } = this.#target;
    return servingW === null ? null : servingW + (this.#sets - prefill - decode - aggregated) * this.#watts.restW;
  }

  /** A set that loads draws its idle watts and serves nobody. */
  #pays(layout: Layout, counts: Layout, gainW: number): boolean {
    const { reloadMs, horizonMs } = this.#known.tunables;
    const loads = ROLE_NAMES.reduce((sum, role) => sum + Math.max(0, layout[role] - counts[role]), 0);
    return (gainW * horizonMs) / MS_PER_S > (loads * this.#watts.idleW * reloadMs) / MS_PER_S;
  }

  /** Without flips a phase has the sets at most that it began with. */
  #most(): Layout {
    const { flips, aggregates } = this.#options;
    const pairs = flips ? { prefill: this.#sets - 1, decode: this.#sets - 1 } : this.#all;
    return { prefill: pairs.prefill, decode: pairs.decode, aggregated: aggregates ? this.#sets : this.#all.aggregated };
  }

  #choice(most: Layout): Choice {
    return { most, sets: this.#sets, restW: this.#watts.restW, least: this.#known.tunables.least };
  }

  #floor(question: LayoutQuestion, peakPerS: number): FleetSize {
    const most = { prefill: this.#sets, decode: this.#sets, aggregated: 0 };
    const pairs = cheapestLayout(question, peakPerS, { ...this.#choice(most), sets: 2 * this.#sets });
    return pairs?.layout ?? this.#all;
  }

  #become(layout: Layout, reason: string): void {
    if (same(layout, this.#target)) return;
    this.#target = layout;
    this.#reason = reason;
  }
}
