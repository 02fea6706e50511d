import type { ClusterFile } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Evidence } from '../../domain/evidence.ts';
import type { Role } from '../../domain/instance.ts';
import { clockTable, emulatedDevice } from '../../emulation/instance.ts';
import { heldClockMhz } from '../../prediction/analytic/clock-effects.ts';
import { createDevice, kvBytesPerToken, weightBytes, type Device } from '../../prediction/analytic/device.ts';
import { estimateIteration, type AnalyticEstimate } from '../../prediction/analytic/estimate.ts';
import { decodeWork, prefillWork, type IterationWork } from '../../prediction/analytic/work.ts';
import type { Library } from '../library.ts';

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
  readonly evidence: Evidence;
  /** The emulator is its own truth everywhere; the analytic model is validated nowhere yet. */
  readonly inRange: boolean;
}

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
  return { device: emulatedDevice({ id, role, gpu, model, engine, tp: cluster.tp, seed }), evidence: 'emulated', inRange: true };
}

async function subjectOf(request: EstimateRequest, library: Library): Promise<Subject> {
  const { emulated, gpu, model, tp } = request;
  if (emulated !== undefined) return emulatedSubject(request, await library.cluster(emulated), library);
  if (gpu === undefined || model === undefined)
    throw new VoltanaError('BAD_FLAG', 'an estimate needs a device', { hint: 'Give --gpu ID and --model ID, or --emulated CLUSTER.' });
  const cards = [await library.gpu(gpu), await library.model(model), await library.engine('sglang-like')] as const;
  return { device: createDevice(...cards, tp), evidence: 'extrapolated', inRange: false };
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

const gigabytes = (bytes: number): string => `${(bytes / 1e9).toFixed(1)} GB`;

/** Refuses only what the memory cannot hold, with the arithmetic: how much of it an engine would fill is its own choice. */
function checkFits({ gpu, model, tp }: Device, { kvTokens }: IterationWork): void {
  const hbmBytes = gpu.hbmBytes * tp;
  const weights = weightBytes(model);
  const kvBytes = kvTokens * kvBytesPerToken(model);
  if (weights + kvBytes <= hbmBytes) return;
  throw new VoltanaError(
    'DOES_NOT_FIT',
    `${gigabytes(weights)} of weights (${model.id}) and ${gigabytes(kvBytes)} of KV (${kvTokens} tokens) exceed the ${gigabytes(hbmBytes)} of ${tp} x ${gpu.id}`,
  );
}

function clocksOf({ gpu }: Device, clockMhz: number | undefined): readonly number[] {
  const table = clockTable(gpu);
  if (clockMhz === undefined) return table;
  if (table.includes(clockMhz)) return [clockMhz];
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `${clockMhz} MHz is not a clock of ${gpu.id}`, {
    hint: `Its table is ${table[0]}..${table.at(-1)} MHz in steps of ${gpu.clock.stepMhz}.`,
  });
}

/** Latency, power and energy of one iteration: one point per clock asked for, ascending. @throws VoltanaError of exit code 2 */
export async function estimate(request: EstimateRequest, library: Library): Promise<OperatingPoint[]> {
  const { device, evidence, inRange } = await subjectOf(request, library);
  if (device.model.heads % device.tp !== 0) {
    throw new VoltanaError('BAD_VALUE', `--tp ${device.tp} does not divide the ${device.model.heads} heads of ${device.model.id}`);
  }
  const work = workOf(request);
  checkFits(device, work);
  return clocksOf(device, request.clockMhz).map((clockMhz) => ({
    clockMhz,
    ...estimateIteration(device, work, heldClockMhz(device, clockMhz)),
    inRange,
    evidence,
  }));
}
