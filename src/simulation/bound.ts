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
  /** Mean gap of every request at the most. */
  readonly itlMs: number;
  /** No prefill iteration may take longer: the loosest TTFT SLO of any request. */
  readonly latestPrefillMs: number;
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

const leastJPerToken = (points: readonly OperatingPoint[]): number =>
  points.reduce((least, { aboveIdleW, tokensPerS }) => (tokensPerS > 0 ? Math.min(least, aboveIdleW / tokensPerS) : least), Infinity);

/** Batches of running requests. One request alone may also run at the clock where its tokens cost least, and pause. */
function pointsOf(role: BoundedRole, contextTokens: number, latestMs: number): OperatingPoint[] {
  const idleW = idleFloorW(role);
  const points: OperatingPoint[] = [];
  let alone = Infinity;
  for (let batch = 1; batch <= role.maxBatch; batch++) {
    for (const clockMhz of role.clocksMhz) {
      const { latencyMs, powerW } = role.predictor.predict({ batch, tokens: batch * contextTokens }, clockMhz);
      if (latencyMs <= latestMs) points.push({ tokensPerS: (batch * MS_PER_S) / latencyMs, aboveIdleW: powerW - idleW });
    }
    if (batch === 1) alone = leastJPerToken(points);
  }
  const slowest = points.reduce((least, { tokensPerS }) => Math.min(least, tokensPerS), Infinity);
  if (alone < Infinity) points.push({ tokensPerS: slowest, aboveIdleW: slowest * alone });
  return points.sort((a, b) => a.tokensPerS - b.tokensPerS || a.aboveIdleW - b.aboveIdleW);
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
  const above = hull.findIndex((point) => point.tokensPerS >= tokensPerS);
  if (above < 0) return Infinity;
  // Slower than the slowest that it can do: it pauses.
  const [a, b] = [hull[above - 1] ?? { tokensPerS: 0, aboveIdleW: 0 }, hull[above]!];
  return (
    a.aboveIdleW + ((b.aboveIdleW - a.aboveIdleW) * (tokensPerS - a.tokensPerS)) / Math.max(Number.MIN_VALUE, b.tokensPerS - a.tokensPerS)
  );
}

/** Over all numbers of awake instances; what the hull does to one load it does to all of them, so equal shares are best. */
function leastFleetW(hull: readonly OperatingPoint[], instances: number, tokensPerS: number): number {
  let best = Infinity;
  for (let awake = 1; awake <= instances; awake++) best = Math.min(best, awake * leastW(hull, tokensPerS / awake));
  return best;
}

function decodeJ({ load, decode, itlMs }: BoundQuestion): number {
  const hull = lowerHull(pointsOf(decode, load.contextTokens, itlMs));
  let sumJ = 0;
  for (const tokensPerS of load.decodeTokensPerS)
    if (tokensPerS > 0) sumJ += energyOf(leastFleetW(hull, decode.instances, tokensPerS), load.windowMs);
  return sumJ;
}

/** The same tokens in whatever batch makes a token cheapest, however late: what is left to say of more load than the SLO allows. */
function cheapestDecodeJ({ load, decode }: BoundQuestion): number {
  return load.decodeTokens * leastJPerToken(pointsOf(decode, load.contextTokens, Infinity));
}

/** Prompts of mean length in iterations of so many: the clocks of an instance, and pauses, which cost nothing above idling. */
function prefillHull({ load, prefill }: BoundQuestion, batch: number, latestMs: number): OperatingPoint[] {
  const idleW = idleFloorW(prefill);
  const tokens = (batch * load.promptTokens) / load.requests;
  const points = prefill.clocksMhz
    .map((clockMhz) => prefill.predictor.predict({ batch, tokens }, clockMhz))
    .filter(({ latencyMs }) => latencyMs <= latestMs)
    .map(({ latencyMs, powerW }) => ({ tokensPerS: (tokens * MS_PER_S) / latencyMs, aboveIdleW: powerW - idleW }));
  return lowerHull([{ tokensPerS: 0, aboveIdleW: 0 }, ...points.sort((a, b) => a.tokensPerS - b.tokensPerS)]);
}

interface Prefilled {
  readonly sumJ: number;
  readonly keepsUp: boolean;
}

/** Each prompt at the cheapest of the sizes that it may share; a size that could not carry all prompts may still carry some. */
function prefilled(question: BoundQuestion): Prefilled {
  const { load, prefill, chunkTokens, latestPrefillMs, spanMs } = question;
  const largest = Math.max(1, Math.min(prefill.maxBatch, Math.floor((chunkTokens * load.requests) / load.promptTokens)));
  const tokensPerS = (load.promptTokens * MS_PER_S) / spanMs;
  let [batch, best, sumJ, keepsUp] = [0, Infinity, 0, false];
  for (const [limit, requests] of [...load.sharing].sort(([a], [b]) => a - b)) {
    while (batch < Math.min(limit, largest)) {
      const hull = prefillHull(question, ++batch, batch === 1 ? Infinity : latestPrefillMs);
      const powerW = leastFleetW(hull, prefill.instances, tokensPerS);
      keepsUp ||= Number.isFinite(powerW);
      const jPerToken = Number.isFinite(powerW) ? powerW / tokensPerS : leastJPerToken(hull);
      best = Math.min(best, (jPerToken * load.promptTokens) / load.requests);
    }
    sumJ += requests * best;
  }
  return { sumJ, keepsUp };
}

/**
 * An offline lower bound of the energy of a fleet at an offered load, the future known: all instances idle at their lowest clocks, and
 * beside that the least dynamic energy of the same tokens. Decode: over all numbers of awake instances, batches and clocks, with the
 * stationary batch B = rate x t(B, f) / awake and t <= the ITL SLO. Prefill: the best batch size and clock that the TTFT SLO allows
 * each prompt.
 * Below it lies nothing that serves these tokens on these devices; what it leaves out (ramps, settling, queueing, transfers) only costs more.
 */
export function energyBound(question: BoundQuestion): EnergyBound {
  const { load, prefill, decode, spanMs } = question;
  const idleJ = energyOf(prefill.instances * idleFloorW(prefill) + decode.instances * idleFloorW(decode), spanMs);
  if (load.requests === 0) return { totalJ: idleJ, idleJ, prefillJ: 0, decodeJ: 0, feasible: true };
  const { sumJ: prefillJ, keepsUp } = prefilled(question);
  const inTimeJ = decodeJ(question);
  const inTime = Number.isFinite(inTimeJ);
  const anyhowJ = inTime ? inTimeJ : cheapestDecodeJ(question);
  return { totalJ: idleJ + prefillJ + anyhowJ, idleJ, prefillJ, decodeJ: anyhowJ, feasible: keepsUp && inTime };
}
