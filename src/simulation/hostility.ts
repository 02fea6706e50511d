import type { GpuCard } from '../domain/cards.ts';
import type { EngineRole } from '../domain/instance.ts';
import type { Adversity } from '../emulation/adversity.ts';
import type { EmulatedInstanceSpec } from '../emulation/types.ts';
import { createRandom, type SeededRandom } from '../statistics/random.ts';
import type { Hostility } from './types.ts';

/** What may happen on the way from an engine to the gateway; never, where it is left out. */
export interface Chances {
  readonly coalesced?: () => boolean;
  readonly dropped?: () => boolean;
}

/** One instance of a hostile world. */
export interface HostileInstance {
  readonly spec: EmulatedInstanceSpec<EngineRole>;
  readonly adversity: Adversity;
  readonly chances: Chances;
}

const within = (random: SeededRandom, [low, high]: readonly [number, number]): number => low + (high - low) * random.next();
const around = (random: SeededRandom, spread: number): number => 1 + spread * (2 * random.next() - 1);
/** A coin of its own for each question, so that a lever that is up changes nobody else's draws. */
const coin =
  (random: SeededRandom, probability: number): (() => boolean) =>
  () =>
    random.next() < probability;

/** The limit stays what it is: the GPU's own governor keeps it. */
function withPower(gpu: GpuCard, factor: number): GpuCard {
  const { idleW, activeW, hbmW, smW, tensorW, attentionW } = gpu.power;
  return {
    ...gpu,
    power: {
      ...gpu.power,
      idleW: idleW.map(([mhz, watts]) => [mhz, watts * factor] as const),
      activeW: activeW * factor,
      hbmW: hbmW * factor,
      smW: smW * factor,
      tensorW: tensorW * factor,
      attentionW: attentionW * factor,
    },
  };
}

/** Captured batches, each moved by so many rows; none below 1 and none twice. */
const movedSizes = (sizes: readonly number[], rows: number): number[] =>
  [...new Set(sizes.map((size) => Math.max(1, size + rows)))].sort((a, b) => a - b);

function specIn(
  spec: EmulatedInstanceSpec<EngineRole>,
  { power, stepRows }: Hostility,
  random: SeededRandom,
): EmulatedInstanceSpec<EngineRole> {
  const rows = Math.round(stepRows * (2 * random.fork('steps').next() - 1));
  return {
    ...spec,
    gpu: power === 0 ? spec.gpu : withPower(spec.gpu, around(random.fork('power'), power)),
    engine: rows === 0 ? spec.engine : { ...spec.engine, captureSizes: movedSizes(spec.engine.captureSizes, rows) },
  };
}

function hostMsIn({ jitterMs, rareJitter, rareJitterMs }: Hostility, random: SeededRandom): Pick<Adversity, 'hostMs'> {
  if (jitterMs[1] === 0 && rareJitter === 0) return {};
  const [usual, isRare, rare] = [random.fork('usual'), coin(random.fork('is rare'), rareJitter), random.fork('rare')];
  return { hostMs: () => within(usual, jitterMs) + (isRare() ? within(rare, rareJitterMs) : 0) };
}

function settleMsIn({ settleMs, settleTail, settleTailMs }: Hostility, random: SeededRandom): () => number {
  const [usual, isTail, tail] = [random.fork('usual'), coin(random.fork('is tail'), settleTail), random.fork('tail')];
  return () => {
    const usualMs = within(usual, settleMs);
    return isTail() ? within(tail, [usualMs, Math.max(usualMs, settleTailMs)]) : usualMs;
  };
}

/** Both ends of a transfer ask about the same one, so the room decides. */
function transfersIn({ transferTail, transferTailFactor }: Hostility, random: SeededRandom): Pick<Adversity, 'transferFactor'> {
  if (transferTail === 0) return {};
  return { transferFactor: (room) => (random.fork(String(room)).next() < transferTail ? transferTailFactor : 1) };
}

function adversityIn(hostility: Hostility, own: SeededRandom, common: SeededRandom): Adversity {
  const { latency, appliedLower } = hostility;
  const slowdown = around(own.fork('latency'), latency);
  return {
    ...(latency > 0 && { slowdown: () => slowdown }),
    ...hostMsIn(hostility, own.fork('jitter')),
    settleMs: settleMsIn(hostility, own.fork('settling')),
    ...transfersIn(hostility, common.fork('transfers')),
    ...(appliedLower > 0 && { locksLower: coin(own.fork('lower'), appliedLower) }),
  };
}

const chancesIn = ({ coalesced, dropped }: Hostility, random: SeededRandom): Chances => ({
  ...(coalesced > 0 && { coalesced: coin(random.fork('coalesced'), coalesced) }),
  ...(dropped > 0 && { dropped: coin(random.fork('dropped'), dropped) }),
});

/** The instances as they are in a world of this seed; with no hostility they are what their specs say. */
export function instancesIn(
  specs: readonly EmulatedInstanceSpec<EngineRole>[],
  hostility: Hostility | undefined,
  seed: number,
): HostileInstance[] {
  if (!hostility) return specs.map((spec) => ({ spec, adversity: {}, chances: {} }));
  const world = createRandom(seed).fork('hostility');
  return specs.map((spec) => {
    const own = world.fork(spec.id);
    return { spec: specIn(spec, hostility, own), adversity: adversityIn(hostility, own, world), chances: chancesIn(hostility, own) };
  });
}

/** A world in which nothing is hostile: what each lever says when it is down. Settle times are then `settleMs`, so they come from the card. */
export const calm = ({ lock }: GpuCard): Hostility => ({
  latency: 0,
  power: 0,
  stepRows: 0,
  serialisedCalls: false,
  settleMs: lock.settleMs,
  settleTail: 0,
  settleTailMs: 0,
  jitterMs: [0, 0],
  rareJitter: 0,
  rareJitterMs: [0, 0],
  coalesced: 0,
  transferTail: 0,
  transferTailFactor: 1,
  appliedLower: 0,
  dropped: 0,
});
