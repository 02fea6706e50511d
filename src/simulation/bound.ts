import type { Slo } from '../domain/slo.ts';
import { energyOf, MS_PER_S } from '../domain/units.ts';
import type { Predictor } from '../prediction/predictor.ts';
import type { OfferedLoad } from './offered-load.ts';

/** All instances of one role: equal devices, each told by the same predictor. */
export interface BoundedRole {
  readonly instances: number;
  readonly predictor: Predictor;
  readonly clocksMhz: readonly number[];
  /** Requests in one iteration at the most. */
  readonly maxBatch: number;
}

export interface BoundQuestion {
  readonly load: OfferedLoad;
  readonly slo: Slo;
  readonly prefill: BoundedRole;
  readonly decode: BoundedRole;
  /** Prompt tokens of one prefill iteration at the most. */
  readonly chunkTokens: number;
  /** From the first arrival to the end that the bound is compared at. */
  readonly spanMs: number;
}

/** Joules, all GPUs. */
export interface EnergyBound {
  readonly totalJ: number;
  /** All instances with nothing running at their lowest clocks, over the whole span. */
  readonly idleJ: number;
  /** Above that. */
  readonly prefillJ: number;
  readonly decodeJ: number;
  /** False where the load is more than the SLO allows on all instances: the role's part is then the least for its tokens, however late. */
  readonly feasible: boolean;
}

/** One instance at work: tokens per second, and the power above its idling at the lowest clock. */
interface OperatingPoint {
  readonly tokensPerS: number;
  readonly aboveIdleW: number;
}

const idleFloorW = ({ predictor, clocksMhz }: BoundedRole): number => predictor.predict({ batch: 0, tokens: 0 }, clocksMhz[0]!).idleW;

function pointsOf(role: BoundedRole, contextTokens: number, latestMs: number): OperatingPoint[] {
  const idleW = idleFloorW(role);
  const points: OperatingPoint[] = [];
  for (const clockMhz of role.clocksMhz) {
    for (let batch = 1; batch <= role.maxBatch; batch++) {
      const { latencyMs, powerW } = role.predictor.predict({ batch, tokens: batch * contextTokens }, clockMhz);
      if (latencyMs <= latestMs) points.push({ tokensPerS: (batch * MS_PER_S) / latencyMs, aboveIdleW: powerW - idleW });
    }
  }
  return points.sort((a, b) => a.tokensPerS - b.tokensPerS || b.aboveIdleW - a.aboveIdleW);
}

const turnsDown = (a: OperatingPoint, b: OperatingPoint, c: OperatingPoint): boolean =>
  (b.aboveIdleW - a.aboveIdleW) * (c.tokensPerS - a.tokensPerS) >= (c.aboveIdleW - a.aboveIdleW) * (b.tokensPerS - a.tokensPerS);

/** What lies below every point and every mixture in time of points: batches come and go around their mean, across steps, too. */
function lowerHull(points: readonly OperatingPoint[]): OperatingPoint[] {
  const hull: OperatingPoint[] = [];
  for (const point of points) {
    while (hull.length > 1 && turnsDown(hull.at(-2)!, hull.at(-1)!, point)) hull.pop();
    hull.push(point);
  }
  return hull;
}

/** Least power above idle of one awake instance at a rate; Infinity beyond what it can do. */
function leastW(hull: readonly OperatingPoint[], tokensPerS: number): number {
  const [first] = hull;
  if (!first) return Infinity;
  // Less than one running request: part of the time nothing runs.
  if (tokensPerS <= first.tokensPerS) return (first.aboveIdleW * tokensPerS) / first.tokensPerS;
  const above = hull.findIndex((point) => point.tokensPerS >= tokensPerS);
  if (above < 0) return Infinity;
  const [a, b] = [hull[above - 1]!, hull[above]!];
  return a.aboveIdleW + ((b.aboveIdleW - a.aboveIdleW) * (tokensPerS - a.tokensPerS)) / (b.tokensPerS - a.tokensPerS);
}

/** Over all numbers of awake instances; what the hull does to one load it does to all of them, so equal shares are best. */
function leastFleetW(hull: readonly OperatingPoint[], instances: number, tokensPerS: number): number {
  let best = Infinity;
  for (let awake = 1; awake <= instances; awake++) best = Math.min(best, awake * leastW(hull, tokensPerS / awake));
  return best;
}

function decodeJ({ load, decode, slo }: BoundQuestion): number {
  const hull = lowerHull(pointsOf(decode, load.contextTokens, slo.itlMs));
  let sumJ = 0;
  for (const tokensPerS of load.outputTokensPerS)
    if (tokensPerS > 0) sumJ += energyOf(leastFleetW(hull, decode.instances, tokensPerS), load.windowMs);
  return sumJ;
}

/** The same tokens in whatever batch makes a token cheapest, however late: what is left to say of more load than the SLO allows. */
function cheapestDecodeJ({ load, decode }: BoundQuestion): number {
  const jPerToken = pointsOf(decode, load.contextTokens, Infinity).map(({ aboveIdleW, tokensPerS }) => aboveIdleW / tokensPerS);
  return load.outputTokens * jPerToken.reduce((least, j) => Math.min(least, j), Infinity);
}

/** Of one prompt in the best batch and at the best clock that `allowed` lets through, above idle (joules). */
function promptJ({ load, prefill, chunkTokens }: BoundQuestion, allowed: (batch: number, latencyMs: number) => boolean): number {
  const idleW = idleFloorW(prefill);
  const promptTokens = load.promptTokens / load.requests;
  const most = Math.max(1, Math.min(prefill.maxBatch, Math.floor(chunkTokens / promptTokens)));
  let best = Infinity;
  for (let batch = 1; batch <= most; batch++) {
    for (const clockMhz of prefill.clocksMhz) {
      const { latencyMs, powerW } = prefill.predictor.predict({ batch, tokens: batch * promptTokens }, clockMhz);
      if (allowed(batch, latencyMs)) best = Math.min(best, energyOf(powerW - idleW, latencyMs) / batch);
    }
  }
  return best;
}

/** Batches that can form within the TTFT SLO, all arrivals going to one instance, and that keep up with the arrivals on all of them. */
function prefillJ(question: BoundQuestion): number {
  const { load, prefill, slo } = question;
  const busyWindows = load.requestsPerS.filter((perS) => perS > 0);
  const mostPerMs = Math.max(...busyWindows) / MS_PER_S;
  const meanPerMs = load.requests / (busyWindows.length * load.windowMs);
  const formsInTime = (batch: number, latencyMs: number): boolean => latencyMs + (batch - 1) / mostPerMs <= slo.ttftMs;
  const keepsUp = (batch: number, latencyMs: number): boolean => (prefill.instances * batch) / latencyMs >= meanPerMs;
  return load.requests * promptJ(question, (batch, latencyMs) => formsInTime(batch, latencyMs) && keepsUp(batch, latencyMs));
}

/**
 * An offline lower bound of the energy of a fleet at an offered load, the future known: all instances idle at their lowest clocks, and
 * beside that the least dynamic energy of the same tokens. Decode: over all numbers of awake instances, batches and clocks, with the
 * stationary batch B = rate x t(B, f) / awake and t <= the ITL SLO. Prefill: the best batch size and clock that the TTFT SLO allows.
 * Below it lies nothing that serves these tokens on these devices; what it leaves out (ramps, settling, queueing, transfers) only costs more.
 */
export function energyBound(question: BoundQuestion): EnergyBound {
  const { load, prefill, decode, spanMs } = question;
  const idleJ = energyOf(prefill.instances * idleFloorW(prefill) + decode.instances * idleFloorW(decode), spanMs);
  if (load.requests === 0) return { totalJ: idleJ, idleJ, prefillJ: 0, decodeJ: 0, feasible: true };
  const kept = { prefillJ: prefillJ(question), decodeJ: decodeJ(question) };
  const feasible = Number.isFinite(kept.prefillJ) && Number.isFinite(kept.decodeJ);
  const parts = {
    prefillJ: Number.isFinite(kept.prefillJ) ? kept.prefillJ : load.requests * promptJ(question, () => true),
    decodeJ: Number.isFinite(kept.decodeJ) ? kept.decodeJ : cheapestDecodeJ(question),
  };
  return { totalJ: idleJ + parts.prefillJ + parts.decodeJ, idleJ, ...parts, feasible };
}
