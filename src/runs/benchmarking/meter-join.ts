import { energyOf } from '../../domain/units.ts';
import type { MeterLook } from './meter-reader.ts';

/** How far beyond its samples a counter may be continued at their power, as wherever energy is told. */
const MAX_EDGE_MS = 1000;

/** The counter when the first stretch was heard of last; null where its samples end long before. */
const counterAfter = ({ atMs, energyJ, powerW }: MeterLook, untilMs: number): number | null =>
  untilMs - atMs > MAX_EDGE_MS ? null : energyJ + energyOf(powerW, untilMs - atMs);

/** The counter at the second stretch's zero, from what was read before it (if anything was) and after; null where nobody can tell. */
function counterAtZero(before: MeterLook | undefined, after: MeterLook): number | null {
  if (before === undefined) return after.atMs > MAX_EDGE_MS ? null : after.energyJ - energyOf(after.powerW, after.atMs);
  const share = -before.atMs / (after.atMs - before.atMs);
  return after.energyJ < before.energyJ ? null : before.energyJ + (after.energyJ - before.energyJ) * share;
}

/**
 * Joins the meters of two stretches of one repeat, so that neither the time between them nor its joules are anywhere in it: the
 * counters of the second go on where those of the first stood. Where nobody knows where that was, the counter falls, which
 * whoever tells energy takes for a reset: then there is none.
 */
export class MeterJoin {
  readonly #last: ReadonlyMap<string, MeterLook>;
  readonly #offsetMs: number;
  readonly #before = new Map<string, MeterLook>();
  readonly #shiftJ = new Map<string, number>();

  /** @param last of each instance in the first stretch @param offsetMs where the second one's zero lies on the repeat's clock */
  constructor(last: ReadonlyMap<string, MeterLook>, offsetMs: number) {
    this.#last = last;
    this.#offsetMs = offsetMs;
  }

  /**
   * @param sample of the second stretch, ms since its zero, ascending for each instance
   * @returns it on the repeat's clock, nothing for one before the zero; with the first after it goes one at the joint
   */
  add(sample: MeterLook): MeterLook[] {
    const { instance, atMs, energyJ } = sample;
    const last = this.#last.get(instance);
    if (last !== undefined && atMs <= 0) {
      this.#before.set(instance, sample);
      return [];
    }
    const isFirst = last !== undefined && !this.#shiftJ.has(instance);
    const joint = isFirst ? this.#join(last, sample) : [];
    return [...joint, { ...sample, atMs: atMs + this.#offsetMs, energyJ: energyJ + (this.#shiftJ.get(instance) ?? 0) }];
  }

  #join(last: MeterLook, first: MeterLook): MeterLook[] {
    const before = this.#before.get(first.instance);
    const endJ = counterAfter(last, this.#offsetMs);
    const zeroJ = counterAtZero(before, first);
    const isKnown = endJ !== null && zeroJ !== null;
    this.#shiftJ.set(first.instance, isKnown ? endJ - zeroJ : last.energyJ - 1 - first.energyJ);
    if (!isKnown || last.atMs >= this.#offsetMs) return [];
    return [{ ...(before ?? first), atMs: this.#offsetMs, energyJ: endJ }];
  }
}
