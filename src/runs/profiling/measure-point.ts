import { refusalIn } from '../../domain/engine-refusal.ts';
import { domainOf } from '../../domain/instance.ts';
import type { ProfilePoint } from '../../domain/profile.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import { settleAt, type Bench } from './bench.ts';
import { takeSeries, type Series } from './blocks.ts';
import { decodeBlocks, NotAdmitted, RunningBatch } from './measure-decode.ts';
import { prefillBlocks } from './measure-prefill.ts';
import { pointOf, unmeasuredPoint } from './point.ts';

async function prefillSeries(bench: Bench, planned: PlannedPoint): Promise<Series> {
  const { take, stop } = await prefillBlocks(bench, planned);
  try {
    return await takeSeries(take, bench.settings);
  } finally {
    await stop();
  }
}

/** Measures one instance point by point. */
export interface PointMeter {
  measure(planned: PlannedPoint): Promise<ProfilePoint>;
  /** Ends what still runs on the instance; the next point starts afresh. */
  stop(): Promise<void>;
}

/** An instance that admits nothing so many times in a row is broken, not busy. */
const MOST_WAITED_FOR = 2;
/** One that has never taken anything refuses more than loads that are too large. */
const MOST_REFUSED_AT_FIRST = 6;

/** Loads that an instance did not take: larger ones are not asked for any more. */
class Untaken {
  readonly #loads: { readonly batch: number; readonly tokens: number; readonly reason: string }[] = [];
  #waitedFor = 0;
  #refused = 0;
  #taken = false;

  reasonFor({ batch, tokens }: PlannedPoint): string | null {
    const smaller = this.#loads.find((load) => load.batch <= batch && load.tokens <= tokens);
    return smaller === undefined ? null : smaller.reason;
  }

  took(): void {
    this.#taken = true;
    this.#waitedFor = 0;
  }

  /** @returns why the point is none. @throws the error where it tells of more than of this load */
  add({ batch, tokens }: PlannedPoint, error: unknown): string {
    const refusal = refusalIn(error);
    const waited = error instanceof NotAdmitted;
    if (!refusal && !waited) throw error;
    if (waited && ++this.#waitedFor >= MOST_WAITED_FOR) throw error;
    if (refusal && !this.#taken && ++this.#refused >= MOST_REFUSED_AT_FIRST) throw error;
    if (waited) return `queueing: the load was not admitted within ${error.waitedMs / MS_PER_S} s`;
    const reason = `the engine refused the load: ${refusal!.message}`;
    this.#loads.push({ batch, tokens, reason });
    return reason;
  }
}

/** @throws from `measure`: VoltanaError LOCK_FAILED, ENGINE_FAILED that names the instance, or the bench's signal's reason */
export function pointMeter(bench: Bench): PointMeter {
  const { instance, meter, settings } = bench;
  const batch = new RunningBatch(bench);
  const untaken = new Untaken();
  const seriesOf = async (planned: PlannedPoint): Promise<Series> => {
    if (instance.role === 'prefill') return prefillSeries(bench, planned);
    return takeSeries(await decodeBlocks(bench, await batch.at(planned)), settings);
  };
  return {
    async measure(planned) {
      const known = untaken.reasonFor(planned);
      if (known !== null) return unmeasuredPoint(instance, planned, known);
      await settleAt(bench, planned.clockMhz);
      try {
        const series = await seriesOf(planned);
        untaken.took();
        return pointOf(instance, planned, series, settings, await meter.read(domainOf(instance)));
      } catch (error) {
        return unmeasuredPoint(instance, planned, untaken.add(planned, error));
      }
    },
    stop: () => batch.stop(),
  };
}
