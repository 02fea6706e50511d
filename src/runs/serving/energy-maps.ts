import type { ControlledInstance, FleetControl } from '../../control/fleet-control.ts';
import type { EnergyMap } from '../../domain/energy-map.ts';
import type { Slo } from '../../domain/slo.ts';
import type { Time } from '../../ports/time.ts';
import { energyMapOf } from '../../prediction/energy-map.ts';
import { noPredictor } from '../../prediction/no-predictor.ts';

export interface EnergyMapSources {
  readonly fleet: FleetControl;
  readonly slo: Slo;
  readonly time: Time;
  /** Those that are there now. */
  instances(): readonly { readonly id: string }[];
  /** The operator's; left out, all clocks may be used. */
  readonly boundsMhz?: { readonly minClockMhz?: number | undefined; readonly maxClockMhz?: number | undefined };
}

interface Asked {
  readonly instance: ControlledInstance;
  readonly contextTokens: number;
}

/** A picture of what a predictor says moves only as fast as that learns. */
const KEPT_MS = 60_000;
const MOST_CLOCKS = 16;
const BATCHES = [1, 2, 4, 8, 12, 16, 24, 32, 48, 64, 96, 128, 192, 256];
const PROMPTS = [64, 128, 256, 512, 1024, 1536, 2048, 3072, 4096, 6144, 8192];
/** Of a running request, while nobody has seen one. */
const USUAL_CONTEXT_TOKENS = 1000;
/** Figures of a picture. */
const DIGITS = 4;

/** At most so many of them, evenly, both ends included. */
const thinned = (values: readonly number[], most: number): number[] =>
  values.length <= most ? [...values] : Array.from({ length: most }, (_, i) => values[Math.round((i * (values.length - 1)) / (most - 1))]!);

const shortened = (rows: EnergyMap['latencyMs']): EnergyMap['latencyMs'] =>
  rows.map((row) => row.map((value) => (value === null ? null : Number(value.toPrecision(DIGITS)))));

/** The tokens that running requests hold now, to two digits. */
function contextOf({ fleet, time }: EnergyMapSources, id: string): number {
  const load = fleet.tracker.load(id, time.nowMs());
  if (load.phase === 'prefill' || load.batch === 0) return USUAL_CONTEXT_TOKENS;
  return Math.max(1, Number((load.kvTokens / load.batch).toPrecision(2)));
}

const loadsOf = ({ role, kvCapacityTokens = Infinity }: ControlledInstance, contextTokens: number): readonly number[] => {
  if (role === 'prefill') return PROMPTS;
  const fit = BATCHES.filter((batch) => batch * contextTokens <= kvCapacityTokens);
  return fit.length > 0 ? fit : BATCHES.slice(0, 1);
};

/** Energy over clock and load, as the predictors say that the gateway governs with, what they have learnt included. */
export class EnergyMaps {
  readonly #sources: EnergyMapSources;
  #kept: Promise<readonly EnergyMap[]> = Promise.resolve([]);
  #keptUntilMs = -Infinity;
  #newest: readonly EnergyMap[] = [];

  constructor(sources: EnergyMapSources) {
    this.#sources = sources;
  }

  /** One for each phase and kind of device; none where nobody can predict. Computed at most once a minute, in small pieces: requests go before. */
  maps(): Promise<readonly EnergyMap[]> {
    const nowMs = this.#sources.time.nowMs();
    if (nowMs >= this.#keptUntilMs) {
      this.#keptUntilMs = nowMs + KEPT_MS;
      this.#kept = this.#computed();
    }
    return this.#kept;
  }

  /** Those that are ready, for whoever cannot wait; newer ones are on their way where it is time. */
  get newest(): readonly EnergyMap[] {
    // What cannot be computed now is not there, and whoever waits for it is told why.
    void this.maps().catch(() => undefined);
    return this.#newest;
  }

  /** GPUs with the same clocks count as one kind. All that is asked of the fleet is asked now: who is in it may leave meanwhile. */
  #asked(): Asked[] {
    const { fleet, instances } = this.#sources;
    const all = instances().map(({ id }) => fleet.instance(id));
    const kinds = new Map([...all].reverse().map((one) => [`${one.role} ${one.gpuCount} ${one.supportedMhz.join()}`, one]));
    return [...kinds.values()]
      .reverse()
      .filter(({ predictor }) => predictor !== noPredictor)
      .map((instance) => ({ instance, contextTokens: contextOf(this.#sources, instance.id) }));
  }

  async #computed(): Promise<readonly EnergyMap[]> {
    const maps: EnergyMap[] = [];
    for (const asked of this.#asked()) maps.push(...(await this.#mapOf(asked)));
    return (this.#newest = maps);
  }

  #clocksOf({ predictor, supportedMhz }: ControlledInstance): number[] {
    const { minClockMhz = 0, maxClockMhz = Infinity } = this.#sources.boundsMhz ?? {};
    const [lowest, highest] = predictor.clockRangeMhz;
    const [from, to] = [Math.max(lowest, minClockMhz), Math.min(highest, maxClockMhz)];
    return thinned(
      supportedMhz.filter((mhz) => mhz >= from && mhz <= to),
      MOST_CLOCKS,
    );
  }

  /** None where it knows no clock of those that may be used. */
  async #mapOf({ instance, contextTokens }: Asked): Promise<EnergyMap[]> {
    const { slo, time } = this.#sources;
    const { id, role, predictor } = instance;
    const clocksMhz = this.#clocksOf(instance);
    if (clocksMhz.length === 0) return [];
    const loads = loadsOf(instance, contextTokens);
    const question = { role, instance: id, clocksMhz, contextTokens, sloMs: role === 'decode' ? slo.itlMs : slo.ttftMs };
    const rows: EnergyMap[] = [];
    for (const load of loads) {
      rows.push(energyMapOf(predictor, { ...question, loads: [load] }));
      // A request that came meanwhile does not wait for a picture.
      await time.sleep(0);
    }
    const joulesPerToken = shortened(rows.flatMap((row) => row.joulesPerToken));
    return [{ ...rows[0]!, loads, joulesPerToken, latencyMs: shortened(rows.flatMap((row) => row.latencyMs)) }];
  }
}
