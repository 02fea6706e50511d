import type { WorkloadRequest } from '../../domain/request.ts';
import type { DeviceVariant } from '../../domain/tuning.ts';
import type { EvaluationTask } from '../../tuning/types.ts';
import { sharedPredictors, type PredictedDevices, type PredictorOf } from '../simulating/fleet.ts';
import type { TuningGround } from './ground.ts';
import { scheduleOf } from './schedule.ts';
import { devicesOf, type DeviceSettings } from './scenario-of.ts';

/** Kept at most. A table of predictions takes 2.4 MB when it is full, and there is one for each role. */
const MOST_TABLES = 24;
const MOST_DEVICES = 256;
/** Searches compare many configurations on few loads. */
const MOST_LOADS = 4;

/** Keeps what was asked for last. */
class Recent<T> {
  readonly #most: number;
  readonly #known = new Map<string, T>();

  constructor(most: number) {
    this.#most = most;
  }

  get(key: string, make: () => T): T {
    const value = this.#known.get(key) ?? make();
    this.#known.delete(key);
    this.#known.set(key, value);
    if (this.#known.size > this.#most) this.#known.delete(this.#known.keys().next().value!);
    return value;
  }
}

interface KnownDevices {
  readonly devices: PredictedDevices;
  readonly predictorOf: PredictorOf;
}

/**
 * What evaluations on one ground have in common, so that it is made once: requests, and tables of predictions. It saves time and
 * changes no result.
 */
export class EvaluationCaches {
  readonly #tables = new Recent<PredictorOf>(MOST_TABLES);
  readonly #devices = new Recent<PredictedDevices>(MOST_DEVICES);
  readonly #loads = new Recent<readonly WorkloadRequest[]>(MOST_LOADS);

  /** @throws VoltanaError */
  devices(variant: DeviceVariant, settings: DeviceSettings): KnownDevices {
    const { tp, powerLimitW, captureSizes, chunkTokens, maxRunning } = settings;
    // How many requests and tokens an engine takes at a time changes no answer about one iteration.
    const ofTables = [variant.id, tp, powerLimitW, captureSizes];
    const devices = this.#devices.get(JSON.stringify([...ofTables, chunkTokens, maxRunning]), () => devicesOf(variant, settings));
    return { devices, predictorOf: this.#tables.get(JSON.stringify(ofTables), () => sharedPredictors(devices)) };
  }

  /** @throws VoltanaError BAD_VALUE */
  requests({ load }: TuningGround, { fidelity, day, tier }: EvaluationTask): readonly WorkloadRequest[] {
    const { requests, seed, load: factor } = fidelity;
    return this.#loads.get(JSON.stringify([requests, seed, factor, day, tier]), () => scheduleOf(load, fidelity, day));
  }
}
