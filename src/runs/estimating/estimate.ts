import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { Role } from '../../domain/instance.ts';
import { emulatedDevice } from '../../emulation/instance.ts';
import { heldClockMhz } from '../../prediction/analytic/clock-effects.ts';
import { createDevice, type Device } from '../../prediction/analytic/device.ts';
import { estimateIteration, type AnalyticEstimate } from '../../prediction/analytic/estimate.ts';
import { isValidated } from '../../prediction/analytic/ground.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../prediction/analytic/work.ts';
import type { Library } from '../library.ts';
import { checkFits, checkSplit, clocksOf } from './checks.ts';

/** One operating point as asked for. Exactly one of `emulated` and `gpu` with `model` names the device. */
export interface EstimateRequest {
  readonly emulated: string | undefined;
  /** With `emulated`: which of its instances; the first of the phase's role otherwise. */
  readonly instance: string | undefined;
  readonly gpu: string | undefined;
  readonly model: string | undefined;
  readonly tp: number;
  readonly phase: Role;
  readonly batch: number;
  /** Decode: KV tokens of each request. */
  readonly contextTokens: number | undefined;
  /** Prefill: tokens of each prompt, and how many of them are cached already. */
  readonly promptTokens: number | undefined;
  readonly cachedTokens: number;
  /** Every clock of the table when left out. */
  readonly clockMhz: number | undefined;
}

export interface OperatingPoint extends AnalyticEstimate {
  readonly clockMhz: number;
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

const needs = (flag: string, phase: Role): VoltanaError => new VoltanaError('BAD_FLAG', `--phase ${phase} needs ${flag}`);

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
  const [gpu, model, engine] = await Promise.all([
    library.gpu(cluster.gpu),
    library.model(cluster.model),
    library.engine(cluster.engine.card ?? 'sglang-like'),
  ]);
  const { id, role, seed = 0 } = instance;
  return { device: emulatedDevice({ id, role, gpu, model, engine, tp: cluster.tp, seed }), emulated: true };
}

async function subjectOf(request: EstimateRequest, library: Library): Promise<Subject> {
  const { emulated, gpu, model, tp } = request;
  if (emulated !== undefined) return emulatedSubject(request, await library.cluster(emulated), library);
  if (gpu === undefined || model === undefined)
    throw new VoltanaError('BAD_FLAG', 'an estimate needs a device', { hint: 'Give --gpu ID and --model ID, or --emulated CLUSTER.' });
  const cards = [await library.gpu(gpu), await library.model(model), await library.engine('sglang-like')] as const;
  checkSplit(cards[1], tp);
  return { device: createDevice(...cards, tp), emulated: false };
}

function workOf({ phase, batch, contextTokens, promptTokens, cachedTokens }: EstimateRequest): IterationWork {
  if (phase === 'decode') {
    if (contextTokens === undefined) throw needs('--context-tokens', phase);
    return decodeWork(batch, batch * contextTokens);
  }
  if (promptTokens === undefined) throw needs('--prompt-tokens', phase);
  if (cachedTokens >= promptTokens) {
    throw new VoltanaError('BAD_VALUE', `--cached-tokens ${cachedTokens} leaves nothing of --prompt-tokens ${promptTokens}`, {
      hint: 'Cache less than the whole prompt.',
    });
  }
  return prefillWork(Array.from({ length: batch }, () => ({ newTokens: promptTokens - cachedTokens, pastTokens: cachedTokens })));
}

/** Latency, power and energy of one iteration: one point per clock asked for, ascending. @throws VoltanaError of exit code 2 */
export async function estimate(request: EstimateRequest, library: Library): Promise<OperatingPoint[]> {
  const { device, emulated } = await subjectOf(request, library);
  const work = workOf(request);
  checkFits(device, work.kvTokens);
  return clocksOf(device, request.clockMhz).map((clockMhz) => {
    const answer = estimateIteration(device, work, heldClockMhz(device, clockMhz));
    const onGround = isValidated(device, work, clockMhz, answer.appliedClockMhz) ? VALIDATED : EXTRAPOLATED;
    return { clockMhz, ...answer, ...(emulated ? EMULATED : onGround) };
  });
}
