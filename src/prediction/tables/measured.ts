import type { GpuCard } from '../../domain/cards.ts';
import type { Role } from '../../domain/instance.ts';
import type { ProfilePoint } from '../../domain/profile.ts';
import { clockOf } from '../calibration/tables/clock.ts';
import { CLOCK_SWEEP_COLUMN } from '../calibration/tables/clock-sweep.ts';
import { MOST_BATCH, type Row } from '../calibration/tables/csv.ts';
import { ITERATION_COLUMNS } from '../calibration/tables/iterations.ts';

/** Iterations that somebody else measured, as points of a profile. */
export interface MeasuredTable {
  /** Whose measurements these are. */
  readonly source: string;
  readonly model: string;
  readonly tp: number;
  readonly engine: string;
  readonly points: readonly ProfilePoint[];
  readonly notes: readonly string[];
}

interface Figures {
  readonly phase: Role;
  readonly clockMhz: number;
  readonly batch: number;
  /** Of each request. */
  readonly tokens: number;
  readonly latencyMs: number;
  /** Of one GPU; null where the table does not tell. */
  readonly powerW: number | null;
  readonly problem: string | null;
}

const MS_PER_S = 1000;
/** From here on a board is taken to run at its power limit: its clock is then lower than the locked one, and unknown. */
const NEAR_LIMIT = 0.97;
/** How much longer than the iteration its layers may take, measured one by one, for their power to be the iteration's. */
const MOST_LAYER_EXCESS = 0.06;

const pointOf = ({ phase, clockMhz, batch, tokens, latencyMs, powerW, problem }: Figures, tp: number, gpu: GpuCard): ProfilePoint => {
  const reasons = [...(powerW === null ? ['its power is not known'] : []), ...(problem === null ? [] : [problem])];
  const watts = powerW ?? 0;
  return {
    instance: phase,
    phase,
    clockMhz,
    requestedClockMhz: clockMhz,
    batch,
    ...(phase === 'decode' ? { contextTokens: tokens } : { promptTokens: tokens }),
    latencyMs,
    powerW: watts,
    energyJ: (watts * tp * latencyMs) / MS_PER_S,
    integratedEnergyJ: null,
    latencyCi95Pct: null,
    appliedClocks: [{ mhz: clockMhz, fraction: 1 }],
    samples: 1,
    valid: reasons.length === 0,
    capped: watts >= NEAR_LIMIT * gpu.power.limitW,
    reasons,
    control: false,
  };
};

/** voltana's own table of iterations (docs/cards.md). */
function iterationPoints(rows: readonly Row[], fileName: string, gpu: GpuCard): MeasuredTable {
  const [model, tp] = [rows[0]!.text('model'), rows[0]!.optionalCount('tp', 1) || 1];
  const points = rows.map((row) => {
    const phase = row.oneOf('phase', ['prefill', 'decode']);
    if (row.text('model') !== model || (row.optionalCount('tp', 1) || 1) !== tp) {
      throw row.reject(`one fit is of one model and tp: this line is not of ${model} on ${tp} GPU${tp === 1 ? '' : 's'} as the first`);
    }
    const cached = phase === 'prefill' ? row.optionalCount('cached_tokens', 0) : 0;
    const figures = {
      phase,
      clockMhz: clockOf(row, gpu, 'clock_mhz'),
      batch: row.count('batch', 1, MOST_BATCH),
      tokens: row.count('tokens'),
      latencyMs: row.figure('latency_ms'),
      powerW: row.optionalFigure('power_w'),
      problem: cached > 0 ? 'a part of its prompts was cached' : null,
    };
    return pointOf(figures, tp, gpu);
  });
  return { source: fileName, model, tp, engine: 'not told', points, notes: [] };
}

const SWEEP_LAYERS = 64;
const US_PER_MS = 1000;

/** Qwen3-32B on A800 (docs/accuracy.md). Decode rows are means over the answer, half of which is there on average. */
function sweepPoints(rows: readonly Row[], _fileName: string, gpu: GpuCard): MeasuredTable {
  let uncertain = 0;
  const points = rows.map((row) => {
    const phase = row.oneOf('phase', ['prefill', 'decode']);
    if (row.count('tp', 1, 1) !== 1) throw row.reject('this table is of one GPU');
    const latencyMs = row.figure(CLOCK_SWEEP_COLUMN);
    const layersMs = ((row.figure('attn_us_per_layer') + row.figure('ffn_us_per_layer')) * SWEEP_LAYERS) / US_PER_MS;
    if (Math.abs(layersMs / latencyMs - 1) > MOST_LAYER_EXCESS) uncertain += 1;
    const [prompt, output] = [row.count('input_len'), row.count('output_len')];
    const figures = {
      phase,
      clockMhz: clockOf(row, gpu),
      batch: row.count('batch', 1, MOST_BATCH),
      tokens: phase === 'decode' ? prompt + output / 2 : prompt,
      latencyMs,
      powerW: row.figure('avg_power_w_per_gpu_derived'),
      problem: null,
    };
    return pointOf(figures, 1, gpu);
  });
  const note = `${uncertain} of ${points.length} rows: the layers do not add up to the iteration within 6 %, so their power is a lower bound`;
  return {
    source: 'duihuhu/sglang (Apache-2.0 upstream), Qwen3-32B on an A800, transcribed',
    model: 'qwen3-32b',
    tp: 1,
    engine: 'SGLang',
    points,
    notes: uncertain === 0 ? [] : [note],
  };
}

/** How a table's header is told, and its points read. */
export interface MeasuredFormat {
  readonly knows: (columns: readonly string[]) => boolean;
  /** The GPU that a public table is of; null where the user has to say. */
  readonly gpu: string | null;
  readonly read: (rows: readonly Row[], fileName: string, gpu: GpuCard) => MeasuredTable;
}

const FORMATS: readonly MeasuredFormat[] = [
  { knows: (columns) => ITERATION_COLUMNS.every((column) => columns.includes(column)), gpu: null, read: iterationPoints },
  { knows: (columns) => columns.includes(CLOCK_SWEEP_COLUMN), gpu: 'a800-sxm4-80gb', read: sweepPoints },
];

/** Null where no table of measured iterations has this header. */
export const measuredFormat = (columns: readonly string[]): MeasuredFormat | null => FORMATS.find(({ knows }) => knows(columns)) ?? null;
