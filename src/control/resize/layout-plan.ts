import type { EngineRole } from '../../domain/instance.ts';
import type { ReshapeOptions } from './fleet-shape.ts';
import { cheapestLayout, holdsOut, layoutW, type Choice, type Layout, type LayoutQuestion, type Peaks, type Priced } from './layout.ts';
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

/** What was asked for at some time, a second. */
interface Asked {
  readonly atMs: number;
  readonly requests: number;
  readonly promptTokens: number;
  readonly outputTokens: number;
  /** Requests over some seconds: few of them are on engines that do both, and single gaps must not look like a rush. */
  readonly steadyRequests: number;
}

/** Of the looks: the weight of the newest in the steady rate. */
const STEADY_WEIGHT = 0.1;

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

const presentOf = ({ demand: { requestRatePerS } }: LayoutQuestion): Peaks => ({
  prefill: requestRatePerS,
  decode: requestRatePerS,
  aggregated: requestRatePerS,
});

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
  /** Of the calm time. */
  #asked: Asked[] = [];
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
    const peaks = this.#peaks(demand, nowMs);
    if (holdsOut(this.#target, question, peaks)) this.#saveSome(question, counts, peaks, nowMs);
    else this.#rescue(question, counts, peaks, nowMs);
    return { target: this.#target, floor: this.#floor(question) };
  }

  /**
   * Fewer than these would be too few before long: the demand of the calm time counts, not only of this moment. Lengths change as rates
   * do, so each phase has a peak of its own tokens.
   */
  #peaks(demand: Demand, nowMs: number): Peaks {
    const { requestRatePerS: requests, meanPromptTokens, meanOutputTokens } = demand;
    this.#asked = this.#asked.filter(({ atMs }) => nowMs - atMs < this.#known.tunables.calmMs);
    const before = this.#asked.at(-1)?.steadyRequests ?? requests;
    const steadyRequests = before + STEADY_WEIGHT * (requests - before);
    const tokens = { promptTokens: requests * meanPromptTokens, outputTokens: requests * meanOutputTokens };
    this.#asked.push({ atMs: nowMs, requests, steadyRequests, ...tokens });
    const most = (value: (asked: Asked) => number): number => this.#asked.reduce((high, asked) => Math.max(high, value(asked)), 0);
    const prefill = most(({ promptTokens }) => promptTokens) / Math.max(1, meanPromptTokens);
    const decode = most(({ outputTokens }) => outputTokens) / Math.max(1, meanOutputTokens);
    return { prefill, decode, aggregated: most(({ steadyRequests }) => steadyRequests) };
  }

  #rescue(question: LayoutQuestion, counts: Layout, peaks: Peaks, nowMs: number): void {
    this.#cheaperSinceMs = null;
    this.#shortSinceMs ??= nowMs;
    const best = cheapestLayout(question, this.#choice(counts, peaks));
    if (best) this.#become(best.layout, 'the layout before would not have kept the promise');
    // Nobody is helped by a set that loads for longer than the rush lasts, nor by a role taken from those who just manage.
    else if (nowMs - this.#shortSinceMs >= this.#known.tunables.reloadMs / 4 && !this.#manages(counts, question)) {
      const flipped = this.#flipped(question, peaks);
      this.#become(
        flipped?.layout ?? counts,
        flipped ? 'one phase has too few for what comes, the other too many' : 'more load than can be served in time',
      );
    } else this.#become(counts, 'little room is left: every set serves');
  }

  /** The cheapest for the peaks; where there is none, for this moment; and at the least one that does not fall behind. */
  #flipped(question: LayoutQuestion, peaks: Peaks): Priced | null {
    const [most, present] = [this.#most(), presentOf(question)];
    return (
      cheapestLayout(question, this.#choice(most, peaks)) ??
      cheapestLayout(question, this.#choice(most, present)) ??
      cheapestLayout(this.#barely(question), this.#choice(most, present))
    );
  }

  /** Whether the sets as they are keep up, without anything to spare. */
  #manages(counts: Layout, question: LayoutQuestion): boolean {
    return holdsOut({ ...counts, aggregated: 0 }, this.#barely(question), presentOf(question));
  }

  #barely(question: LayoutQuestion): LayoutQuestion {
    const tunables = { ...question.tunables, headroom: 0, maxPrefillUtilisation: question.tunables.maxBusyBeforeFlip };
    return { ...question, tunables, slo: { ...question.slo, ttftMs: Infinity } };
  }

  #saveSome(question: LayoutQuestion, counts: Layout, peaks: Peaks, nowMs: number): void {
    this.#shortSinceMs = null;
    const { calmMs } = this.#known.tunables;
    const nowW = this.#fleetW(question);
    // First with the roles as they are: most of what there is to save needs no change of them.
    const best = [counts, this.#most()]
      .map((most) => cheapestLayout(question, this.#choice(most, peaks)))
      .find((priced) => priced !== null && nowW !== null && this.#pays(priced, counts, nowW));
    const gainW = best && nowW !== null ? nowW - best.powerW : 0;
    if (!best) {
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
  #pays({ layout, powerW }: Priced, counts: Layout, nowW: number): boolean {
    const { reloadMs, horizonMs, minGain, minFlipGain } = this.#known.tunables;
    const gainW = nowW - powerW;
    const loads = ROLE_NAMES.reduce((sum, role) => sum + Math.max(0, layout[role] - counts[role]), 0);
    return gainW > (loads > 0 ? minFlipGain : minGain) * nowW && gainW * horizonMs > loads * this.#watts.idleW * reloadMs;
  }

  /** Without flips a phase has the sets at most that it began with. */
  #most(): Layout {
    const { flips, aggregates } = this.#options;
    const pairs = flips ? { prefill: this.#sets - 1, decode: this.#sets - 1 } : this.#all;
    return { prefill: pairs.prefill, decode: pairs.decode, aggregated: aggregates ? this.#sets : this.#all.aggregated };
  }

  #choice(most: Layout, peaks: Peaks): Choice {
    return { peaks, most, sets: this.#sets, restW: this.#watts.restW, least: this.#known.tunables.least };
  }

  /** Where pairs are the aim they are enough; on the way to another layout what this moment needs must stay. */
  #floor(question: LayoutQuestion): FleetSize {
    if (this.#target.aggregated === 0) return this.#target;
    const most = { prefill: this.#sets, decode: this.#sets, aggregated: 0 };
    const pairs = cheapestLayout(question, { ...this.#choice(most, presentOf(question)), sets: 2 * this.#sets });
    return pairs?.layout ?? this.#all;
  }

  #become(layout: Layout, reason: string): void {
    if (same(layout, this.#target)) return;
    this.#target = layout;
    this.#reason = reason;
  }
}
