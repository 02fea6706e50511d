import type { EngineRole } from '../../domain/instance.ts';
import type { DomainWork } from '../../domain/live-tuning.ts';
import type { Arm, GuardedFleet } from './fleet.ts';

interface Sum {
  energyJ: number;
  tokens: number;
}
const nothing = (): Record<Arm, Sum> => ({ governed: { energyJ: 0, tokens: 0 }, highest: { energyJ: 0, tokens: 0 } });

/** Joules per token of the governed beside those at the highest clock, role by role. An impression, no proof: routing does not share work alike. */
export class SeenSaving {
  readonly #sums: Readonly<Record<EngineRole, Record<Arm, Sum>>> = { prefill: nothing(), decode: nothing(), aggregated: nothing() };

  /** @param sinceMs when the work began: at the look before */
  add(fleet: GuardedFleet, work: readonly DomainWork[], sinceMs: number, settleMs: number): void {
    for (const { domain, energyJ, tokens } of work) {
      const role = fleet.get(domain)?.role;
      const arm = fleet.armSince(domain, sinceMs, settleMs);
      if (!role || !arm || energyJ === null || !(energyJ >= 0 && energyJ < Infinity) || !(tokens >= 0 && tokens < Infinity)) continue;
      const sum = this.#sums[role][arm];
      sum.energyJ += energyJ;
      sum.tokens += tokens;
    }
  }

  /** What the governed's tokens would have cost at the highest clock, against what they did, in percent; null before both were seen. */
  get savedPct(): number | null {
    let [spentJ, wouldJ] = [0, 0];
    for (const { governed, highest } of Object.values(this.#sums)) {
      if (governed.tokens === 0 || highest.tokens === 0) continue;
      spentJ += governed.energyJ;
      wouldJ += (governed.tokens * highest.energyJ) / highest.tokens;
    }
    return wouldJ > 0 ? 100 * (1 - spentJ / wouldJ) : null;
  }
}
