import type { IdlePower, ProfilePoint } from '../../domain/profile.ts';
import type { Designer, PlannedPoint } from '../../ports/designer.ts';
import { idlePowerW, settleAt, type Bench } from './bench.ts';
import { asControl } from './drift.ts';
import { pointMeter, type PointMeter } from './measure-point.ts';

/** What is measured on one instance, and how much of it. */
export interface Sweep {
  readonly designer: Designer;
  /** Where the power of the idle GPU is measured, in this order. */
  readonly idleClocksMhz: readonly number[];
  /** Repeated at the start, in between and at the end; null for a sweep too short to drift. */
  readonly control: PlannedPoint | null;
  readonly budgetGpuS: number;
  /** What an earlier, interrupted sweep has measured already. */
  readonly before: Measured;
}

export interface Measured {
  readonly points: readonly ProfilePoint[];
  readonly idle: readonly IdlePower[];
  readonly gpuSeconds: number;
}

export const NOTHING: Measured = { points: [], idle: [], gpuSeconds: 0 };

/** Told of everything as soon as it is measured, with the GPU seconds spent so far on this instance. */
export interface SweepListener {
  point?(point: ProfilePoint, gpuSeconds: number): void;
  idle?(idle: IdlePower, gpuSeconds: number): void;
}

export type Ending = 'design' | 'budget';

const CONTROL_EVERY = 25;

/** One sweep under way. */
class Session {
  readonly points: ProfilePoint[];
  readonly idle: IdlePower[];
  readonly #bench: Bench;
  readonly #sweep: Sweep;
  readonly #meter: PointMeter;
  readonly #listener: SweepListener;
  readonly #startMs: number;
  #sinceControl = 0;
  /** GPU seconds that the dearest point so far took: the next one must fit in the budget. */
  #dearest = 0;

  constructor(bench: Bench, sweep: Sweep, meter: PointMeter, listener: SweepListener) {
    this.#bench = bench;
    this.#sweep = sweep;
    this.#meter = meter;
    this.#listener = listener;
    this.#startMs = bench.time.nowMs();
    this.points = [...sweep.before.points];
    this.idle = [...sweep.before.idle];
  }

  spent(): number {
    const { time, instance } = this.#bench;
    return this.#sweep.before.gpuSeconds + ((time.nowMs() - this.#startMs) / 1000) * instance.gpuCount;
  }

  async run(): Promise<Ending> {
    await this.#measureIdle();
    const { designer, control } = this.#sweep;
    if (control) await this.#control(control);
    for (;;) {
      const next = designer.next(this.points.filter((point) => !point.control));
      const ending = next === null ? 'design' : this.#fits() ? null : 'budget';
      if (ending !== null) {
        if (control && this.#sinceControl > 0) await this.#control(control);
        return ending;
      }
      if (control && this.#sinceControl >= CONTROL_EVERY) await this.#control(control);
      await this.#measure(next!);
      this.#sinceControl += 1;
    }
  }

  /** Whether the budget holds one more point, and the last control point. */
  #fits(): boolean {
    const needed = this.#dearest * (this.#sweep.control ? 2 : 1);
    return this.spent() + needed <= this.#sweep.budgetGpuS;
  }

  async #measureIdle(): Promise<void> {
    for (const clockMhz of this.#sweep.idleClocksMhz) {
      if (this.idle.some((known) => known.clockMhz === clockMhz) || this.spent() >= this.#sweep.budgetGpuS) continue;
      await settleAt(this.#bench, clockMhz);
      const idle = { instance: this.#bench.instance.id, clockMhz, powerW: await idlePowerW(this.#bench) };
      this.idle.push(idle);
      this.#listener.idle?.(idle, this.spent());
    }
  }

  async #control(planned: PlannedPoint): Promise<void> {
    const first = this.points.find(({ control, samples }) => control && samples > 0);
    const { precisionPct } = this.#bench.settings;
    // The same load each time, not one whose KV has grown meanwhile.
    await this.#meter.stop();
    await this.#measure(planned, (point) => asControl(point, first, precisionPct));
    this.#sinceControl = 0;
  }

  async #measure(planned: PlannedPoint, finish = (point: ProfilePoint): ProfilePoint => point): Promise<void> {
    const before = this.spent();
    const point = finish(await this.#meter.measure(planned));
    this.#dearest = Math.max(this.#dearest, this.spent() - before);
    this.points.push(point);
    this.#listener.point?.(point, this.spent());
  }
}

/** Measures one instance to the end of its design or of its budget. What was measured was told, whatever ends it. */
export async function sweepInstance(bench: Bench, sweep: Sweep, listener: SweepListener): Promise<Measured & { readonly ending: Ending }> {
  const meter = pointMeter(bench);
  const session = new Session(bench, sweep, meter, listener);
  try {
    const ending = await session.run();
    return { points: session.points, idle: session.idle, gpuSeconds: session.spent(), ending };
  } finally {
    await meter.stop();
  }
}
