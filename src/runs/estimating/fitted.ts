import type { GpuCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { weakest } from '../../domain/evidence.ts';
import type { FittedDocument, FittedInstance } from '../../domain/profile.ts';
import { clockTable } from '../../emulation/instance.ts';
import { heldClockMhz } from '../../prediction/analytic/clock-effects.ts';
import { createDevice, type Device } from '../../prediction/analytic/device.ts';
import { estimateIteration } from '../../prediction/analytic/estimate.ts';
import { BY_THE_CARD } from '../../prediction/analytic/personality.ts';
import type { IterationWork } from '../../prediction/analytic/work.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';
import type { Prediction, Predictor } from '../../prediction/predictor.ts';
import type { Library } from '../library.ts';
import { checkFits, clocksOf } from './checks.ts';
import type { EstimateRequest, FromCards, OperatingPoint } from './estimate.ts';
import { tokensOf, workOf } from './operating-load.ts';

const MS_PER_S = 1000;
/** Of a sweep where no card says which clocks there are. */
const CLOCK_STEP_MHZ = 15;

/** The instance asked for, or the first of the phase. @throws VoltanaError UNKNOWN_ID, BAD_VALUE */
function instanceOf({ instances }: FittedDocument, { instance: asked, phase, fitted: file }: EstimateRequest): FittedInstance {
  const found = instances.find((each) => (asked === undefined ? each.phase === phase : each.instance === asked));
  if (!found) {
    throw new VoltanaError('UNKNOWN_ID', `${file} has no ${asked === undefined ? `${phase} instance` : `instance "${asked}"`}`, {
      hint: `It has ${instances.map((each) => `${each.instance} (${each.phase})`).join(', ') || 'none'}.`,
    });
  }
  if (found.phase === phase) return found;
  throw new VoltanaError('BAD_VALUE', `instance "${found.instance}" is a ${found.phase} instance, but --phase is ${phase}`, {
    hint: `Ask with --phase ${found.phase}.`,
  });
}

/** Each figure may be within its bounds, and what comes of them all still be none. @throws VoltanaError FILE_MALFORMED */
function checkAnswer({ latencyMs, powerW }: Prediction, file: string, instance: string): void {
  if (Number.isFinite(latencyMs) && latencyMs > 0 && Number.isFinite(powerW)) return;
  const text = `${file}: its model of "${instance}" answers with ${latencyMs} ms and ${powerW} W, which no iteration takes`;
  throw new VoltanaError('FILE_MALFORMED', text, { hint: 'Fit the profile again.' });
}

const NO_CARDS: FromCards = { appliedClockMhz: null, capped: null, bound: null };

/** The device as the fit has found it, by the card where no factors were fitted. */
function deviceOf({ cards, provenance }: FittedDocument, { physics }: FittedInstance): Device | null {
  if (cards === null) return null;
  return createDevice(cards.gpu, cards.model, cards.engine, provenance.tp, { ...(physics ?? BY_THE_CARD), sensorGain: 1 });
}

function fromCards(device: Device | null, work: IterationWork, clockMhz: number): FromCards {
  if (device === null) return NO_CARDS;
  const { appliedClockMhz, capped, bound } = estimateIteration(device, work, heldClockMhz(device, clockMhz));
  return { appliedClockMhz, capped, bound };
}

function sweepOf({ clockRangeMhz: [low, high] }: Predictor, gpu: GpuCard | undefined): readonly number[] {
  if (gpu) return clockTable(gpu).filter((clockMhz) => clockMhz >= low && clockMhz <= high);
  const steps = Array.from({ length: Math.floor((high - low) / CLOCK_STEP_MHZ) + 1 }, (_, i) => low + i * CLOCK_STEP_MHZ);
  return steps.at(-1) === high ? steps : [...steps, high];
}

/** The clock asked for, or all between the lowest and the highest that were profiled. @throws VoltanaError CLOCK_OUTSIDE_CARD */
function askedClocks(predictor: Predictor, device: Device | null, clockMhz: number | undefined): readonly number[] {
  if (clockMhz === undefined) return sweepOf(predictor, device?.gpu);
  return device === null ? [clockMhz] : clocksOf(device, clockMhz);
}

/**
 * One iteration as a fit of measurements has it: one point per clock asked for, ascending. Outside of what was measured it answers all
 * the same, as extrapolated.
 * @throws VoltanaError of exit code 2
 */
export async function estimateFitted(
  request: EstimateRequest & { readonly fitted: string },
  library: Pick<Library, 'fitted'>,
): Promise<OperatingPoint[]> {
  const document = await library.fitted(request.fitted);
  const instance = instanceOf(document, request);
  const each = tokensOf(request);
  const work = workOf(request);
  const device = deviceOf(document, instance);
  if (device) checkFits(device, work.kvTokens);
  const predictor = fittedPredictor(instance, document);
  const load = { batch: request.batch, tokens: request.batch * (each.tokens - each.cached) };
  return askedClocks(predictor, device, request.clockMhz).map((clockMhz) => {
    const prediction = predictor.predict(load, clockMhz);
    checkAnswer(prediction, request.fitted, instance.instance);
    const { latencyMs, powerW, errorPct, inRange: measured } = prediction;
    // What a cached prefix costs nobody measured.
    const inRange = measured && each.cached === 0;
    return {
      clockMhz,
      latencyMs,
      powerW: powerW / document.provenance.tp,
      energyJ: (powerW * latencyMs) / MS_PER_S,
      ...fromCards(device, work, clockMhz),
      errorPct,
      inRange,
      evidence: inRange ? document.evidence : weakest(document.evidence, 'extrapolated'),
    };
  });
}
