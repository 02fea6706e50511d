import type { ProfileDocument, ProfilePoint } from '../../domain/profile.ts';
import type { FitPoint, InstanceData } from './fit-point.ts';
import { groupBy, tokensOf } from './samples.ts';

const positive = (value: number): boolean => Number.isFinite(value) && value > 0;

const usable = (point: ProfilePoint): boolean =>
  [point.requestedClockMhz, point.batch, tokensOf(point), point.latencyMs, point.powerW, point.energyJ].every(positive);

/** Some digits of every number: the same line twice is one measurement, written twice. */
const identity = ({ instance, phase, requestedClockMhz, batch, contextTokens, promptTokens, latencyMs, powerW }: ProfilePoint): string =>
  JSON.stringify([instance, phase, requestedClockMhz, batch, contextTokens, promptTokens, latencyMs, powerW]);

const fitPoint = (point: ProfilePoint, tp: number): FitPoint => ({
  clockMhz: point.requestedClockMhz,
  batch: point.batch,
  tokens: tokensOf(point),
  latencyMs: point.latencyMs,
  powerW: point.powerW * tp,
  energyJ: point.energyJ,
});

const some = (count: number, what: string, why: string): string[] =>
  count === 0 ? [] : [`${count} ${what}${count === 1 ? ' is' : 's are'} ${why}`];

export interface Checked {
  readonly instances: readonly InstanceData[];
  readonly warnings: readonly string[];
}

/** The valid points of a profile by instance, without those whose figures cannot be. */
export function checkedData({ points, idle, provenance }: Pick<ProfileDocument, 'points' | 'idle' | 'provenance'>): Checked {
  const candidates = points.filter(({ valid, control }) => valid && !control);
  const sound = candidates.filter(usable);
  const distinct = [...new Map(sound.map((point) => [identity(point), point])).values()];
  const idleOf = (id: string): InstanceData['idle'] =>
    idle
      .filter(({ instance, powerW, clockMhz }) => instance === id && positive(powerW) && positive(clockMhz))
      .map(({ clockMhz, powerW }) => ({ clockMhz, powerW: powerW * provenance.tp }));
  return {
    instances: [...groupBy(distinct, ({ instance, phase }) => `${phase} ${instance}`).values()].map((own) => ({
      instance: own[0]!.instance,
      phase: own[0]!.phase,
      tp: provenance.tp,
      points: own.map((point) => fitPoint(point, provenance.tp)),
      idle: idleOf(own[0]!.instance),
    })),
    warnings: [
      ...some(candidates.length - sound.length, 'point', 'left out: a figure is missing, zero, negative or not a number'),
      ...some(sound.length - distinct.length, 'point', 'left out: the very same stands in the profile already'),
    ],
  };
}

/** What an instance's measurements cannot tell, in sentences. */
export function shortcomings({ instance, points, idle }: InstanceData): string[] {
  const varies = (of: (point: FitPoint) => number): boolean => points.some((point) => of(point) !== of(points[0]!));
  const where = `"${instance}"`;
  return [
    ...(varies(({ clockMhz }) => clockMhz)
      ? []
      : [`${where} was measured at ${points[0]!.clockMhz} MHz only: nothing is known of other clocks`]),
    ...(varies(({ batch, tokens }) => batch + tokens) ? [] : [`${where} was measured at one load only: nothing is known of others`]),
    ...(points.length > 1 && !varies(({ latencyMs }) => latencyMs)
      ? [`${where} took ${points[0]!.latencyMs} ms whatever the load and clock: check what was measured`]
      : []),
    ...(idle.length > 0 ? [] : [`${where} was never measured idle: its idle power is taken to be 0 by segments, the card's by physics`]),
  ];
}
