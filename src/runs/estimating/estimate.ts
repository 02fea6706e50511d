import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { emulatedDevice } from '../../emulation/instance.ts';
import { heldClockMhz } from '../../prediction/analytic/clock-effects.ts';
import { createDevice, type Device } from '../../prediction/analytic/device.ts';
import { estimateIteration, type AnalyticEstimate } from '../../prediction/analytic/estimate.ts';
import { isValidated } from '../../prediction/analytic/ground.ts';
import type { Prediction } from '../../prediction/predictor.ts';
import { clusterCards } from '../cluster-cards.ts';
import type { Library } from '../library.ts';
import { checkFits, checkSplit, clocksOf } from './checks.ts';
import { workOf, type OperatingLoad } from './operating-load.ts';

/** One operating point as asked for. Exactly one of `fitted`, `emulated` and `gpu` with `model` names the device. */
export interface EstimateRequest extends OperatingLoad {
  /** A fitted document's file. */
  readonly fitted?: string | undefined;
  readonly emulated: string | undefined;
  /** With `fitted` or `emulated`: which of its instances; the first of the phase's role otherwise. */
  readonly instance: string | undefined;
  readonly gpu: string | undefined;
  readonly model: string | undefined;
  readonly tp: number;
  /** Every clock of the table when left out. */
  readonly clockMhz: number | undefined;
}

type Figures = Pick<AnalyticEstimate, 'latencyMs' | 'powerW' | 'energyJ'>;
/** Null where the answer does not come from the analytic model, and no cards are there to ask it. */
export type FromCards = { readonly [Key in 'appliedClockMhz' | 'capped' | 'bound']: AnalyticEstimate[Key] | null };

export interface OperatingPoint extends Figures, FromCards {
  readonly clockMhz: number;
  /** Half width of the 95 % interval; null where no fit tells. */
  readonly errorPct: Prediction['errorPct'];
  readonly inRange: boolean;
  readonly evidence: Evidence;
}

interface Subject {
  readonly device: Device;
  /** The emulator is its own truth everywhere; the analytic model is validated where its GPU card says so. */
  readonly emulated: boolean;
}

/** Where an answer comes from. */
type Ground = Pick<OperatingPoint, 'evidence' | 'inRange'>;
const EMULATED: Ground = { inRange: true, evidence: 'emulated' };
const VALIDATED: Ground = { inRange: true, evidence: 'validated' };
const EXTRAPOLATED: Ground = { inRange: false, evidence: 'extrapolated' };

async function emulatedSubject(request: EstimateRequest, cluster: ClusterFile, library: Library): Promise<Subject> {
  const { instance: asked, phase } = request;
  const instance = cluster.instances.find(({ id, role }) => (asked === undefined ? role === phase : id === asked));
  if (!instance) {
    throw new VoltanaError('UNKNOWN_ID', `cluster "${cluster.name}" has no instance "${asked ?? phase}"`, {
      hint: `Its instances: ${cluster.instances.map(({ id }) => id).join(', ')}.`,
    });
  }
  if (instance.role !== phase) {
    throw new VoltanaError('BAD_VALUE', `instance "${instance.id}" is a ${instance.role} instance, but --phase is ${phase}`, {
      hint: `Choose one of: ${cluster.instances.flatMap(({ id, role }) => (role === phase ? [id] : [])).join(', ')}.`,
    });
  }
  const { gpu, model, engine } = await clusterCards(cluster, library);
  const { id, role, seed = 0 } = instance;
  return { device: emulatedDevice({ id, role, gpu, model, engine, tp: cluster.tp, seed }), emulated: true };
}

async function subjectOf(request: EstimateRequest, library: Library): Promise<Subject> {
  const { emulated, gpu, model, tp } = request;
  if (emulated !== undefined) return emulatedSubject(request, await library.cluster(emulated), library);
  if (gpu === undefined || model === undefined)
    throw new VoltanaError('BAD_FLAG', 'an estimate needs a device', {
      hint: 'Give --gpu ID and --model ID, --fitted FILE, or --emulated CLUSTER.',
    });
  const cards = [await library.gpu(gpu), await library.model(model), await library.engine('sglang-like')] as const;
  return { device: createDevice(...cards, tp), emulated: false };
}

/** Latency, power and energy of one iteration: one point per clock asked for, ascending. @throws VoltanaError of exit code 2 */
export async function estimate(request: EstimateRequest, library: Library): Promise<OperatingPoint[]> {
  const { device, emulated } = await subjectOf(request, library);
  checkSplit(device.model, device.tp);
  const work = workOf(request);
  checkFits(device, work.kvTokens);
  return clocksOf(device, request.clockMhz).map((clockMhz) => {
    const answer = estimateIteration(device, work, heldClockMhz(device, clockMhz));
    const onGround = isValidated(device, work, clockMhz, answer.appliedClockMhz) ? VALIDATED : EXTRAPOLATED;
    return { clockMhz, ...answer, errorPct: null, ...(emulated ? EMULATED : onGround) };
  });
}
