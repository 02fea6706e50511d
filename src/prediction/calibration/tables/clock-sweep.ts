import type { Role } from '../../../domain/instance.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../analytic/work.ts';
import { batchGroup, type Observation, type Subject } from '../observation.ts';
import type { Workbench } from '../workbench.ts';
import { clockOf } from './clock.ts';
import { MOST_BATCH, type Row } from './csv.ts';

/**
 * Qwen3-32B on A800 at four locked clocks (duihuhu/sglang, Apache-2.0 upstream): measured iteration, and energy from per-layer
 * measurements. Power counts only where the layers' sum is within 6 % of the iteration: elsewhere launches bound the layers.
 */
const MODEL = 'qwen3-32b';
const LAYERS = 64;
const REFERENCE_MHZ = 1170;
const MOST_LAYER_EXCESS = 0.06;

interface Sweep {
  readonly phase: Role;
  readonly batch: number;
  readonly clockMhz: number;
  readonly work: IterationWork;
  readonly latencyMs: number;
  readonly powerW: number;
  readonly energyJ: number;
  readonly layersMatch: boolean;
  /** What is the same at all clocks. */
  readonly load: string;
}

const readSweep = (row: Row, { gpu }: Subject): Sweep => {
  const phase = row.oneOf('phase', ['prefill', 'decode']);
  const [batch, prompt, output] = [row.count('batch', 1, MOST_BATCH), row.count('input_len'), row.count('output_len')];
  const latencyMs = row.figure('iter_ms_measured');
  const layersMs = ((row.figure('attn_us_per_layer') + row.figure('ffn_us_per_layer')) * LAYERS) / 1000;
  // Decode rows are means over the answer: its tokens are there half on average.
  const work =
    phase === 'decode'
      ? decodeWork(batch, batch * (prompt + output / 2))
      : prefillWork(Array.from({ length: batch }, () => ({ newTokens: prompt, pastTokens: 0 })));
  return {
    phase,
    batch,
    clockMhz: clockOf(row, gpu),
    work,
    latencyMs,
    powerW: row.figure('avg_power_w_per_gpu_derived'),
    energyJ: row.figure('energy_J_per_iter_64layers_derived'),
    layersMatch: Math.abs(layersMs / latencyMs - 1) <= MOST_LAYER_EXCESS,
    load: `${phase} ${batch} x ${prompt}`,
  };
};

const estimated = (bench: Workbench, { work, clockMhz }: Sweep) => bench.iteration(bench.device(MODEL), work, clockMhz);

export const CLOCK_SWEEP_COLUMN = 'iter_ms_measured';

/** Latency of every row, power of the rows that agree with themselves, energy against that at 1170 MHz of the same load. */
export function clockSweep(table: string, rows: readonly Row[], subject: Subject): Observation[] {
  const sweeps = rows.map((row) => readSweep(row, subject));
  const energyJ = (bench: Workbench, sweep: Sweep): number => estimated(bench, sweep).energyJ;
  return sweeps.flatMap((sweep) => {
    const groups = { clock: `${sweep.clockMhz} MHz`, batch: batchGroup(sweep.batch), model: MODEL };
    const latency: Observation = {
      table,
      quantity: 'latency',
      what: `${sweep.load} at ${sweep.clockMhz} MHz`,
      measured: sweep.latencyMs,
      predict: (bench) => estimated(bench, sweep).latencyMs,
      groups,
    };
    const power: Observation = {
      ...latency,
      quantity: 'power',
      measured: sweep.powerW,
      predict: (bench) => estimated(bench, sweep).powerW,
    };
    const reference = sweeps.find(({ load, clockMhz }) => load === sweep.load && clockMhz === REFERENCE_MHZ);
    const ratio: Observation | null =
      reference === undefined || reference === sweep
        ? null
        : {
            ...latency,
            quantity: 'energy ratio',
            measured: sweep.energyJ / reference.energyJ,
            predict: (bench) => energyJ(bench, sweep) / energyJ(bench, reference),
          };
    return [latency, ...(sweep.layersMatch ? [power] : []), ...(ratio ? [ratio] : [])];
  });
}
