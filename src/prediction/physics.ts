import type { FittedCards, FittedFactors } from '../domain/profile.ts';
import type { Role } from '../domain/instance.ts';
import { idlePowerW } from './analytic/clock-effects.ts';
import { createDevice, type Device } from './analytic/device.ts';
import { emptyEstimate, estimateInto, type EstimateSlot } from './analytic/estimate.ts';
import type { IterationWork } from './analytic/work.ts';
import type { IterationLoad } from './predictor.ts';

type WorkSlot = { -readonly [Key in keyof IterationWork]: IterationWork[Key] };

/** The analytic model of one fitted device. Answers stay valid until its next one, so that asking allocates nothing. */
export class PhysicsModel {
  readonly device: Device;
  readonly #powerGain: number;
  readonly #work: WorkSlot;
  readonly #slot: EstimateSlot = emptyEstimate();

  constructor({ gpu, model, engine }: FittedCards, tp: number, phase: Role, { powerGain, ...factors }: FittedFactors) {
    this.device = createDevice(gpu, model, engine, tp, { ...factors, sensorGain: 1 });
    this.#powerGain = powerGain;
    this.#work = { phase, sequences: 0, newTokens: 0, attendedPairs: 0, kvTokens: 0 };
  }

  /** One iteration; a prefill's prompts are taken to be equally long, since the question does not tell their spread. */
  estimate({ batch, tokens }: IterationLoad, clockMhz: number): Readonly<EstimateSlot> {
    const work = this.#work;
    work.sequences = batch;
    work.kvTokens = tokens;
    if (work.phase === 'decode') work.newTokens = batch;
    else {
      work.sequences = Math.max(1, batch);
      work.newTokens = tokens;
      work.attendedPairs = (tokens * (tokens / work.sequences + 1)) / 2;
    }
    estimateInto(this.device, work, clockMhz, this.#slot);
    return this.#slot;
  }

  /** What the instance's sensors show for watts of one GPU. */
  shownW(powerW: number): number {
    return powerW * this.device.tp * this.#powerGain;
  }

  idleW(clockMhz: number): number {
    return this.shownW(idlePowerW(this.device, clockMhz));
  }
}
