import type { ProfilePoint } from '../../domain/profile.ts';
import type { PlannedPoint } from '../../ports/designer.ts';
import { settleAt, type Bench } from './bench.ts';
import { takeSeries, type Series } from './blocks.ts';
import { decodeBlocks, NotAdmitted, RunningBatch } from './measure-decode.ts';
import { prefillBlocks } from './measure-prefill.ts';
import { pointOf, queueingPoint } from './point.ts';

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
const MOST_REFUSALS = 2;

/** @throws from `measure`: VoltanaError LOCK_FAILED, ENGINE_FAILED that names the instance, or the bench's signal's reason */
export function pointMeter(bench: Bench): PointMeter {
  const { instance, meter, settings } = bench;
  const batch = new RunningBatch(bench);
  let refusals = 0;
  const seriesOf = async (planned: PlannedPoint): Promise<Series> => {
    if (instance.role === 'prefill') return prefillSeries(bench, planned);
    return takeSeries(await decodeBlocks(bench, await batch.at(planned)), settings);
  };
  return {
    async measure(planned) {
      await settleAt(bench, planned.clockMhz);
      try {
        const series = await seriesOf(planned);
        refusals = 0;
        return pointOf(instance, planned, series, settings, await meter.read(instance.id));
      } catch (error) {
        if (!(error instanceof NotAdmitted) || ++refusals >= MOST_REFUSALS) throw error;
        return queueingPoint(instance, planned, error.waitedMs);
      }
    },
    stop: () => batch.stop(),
  };
}
