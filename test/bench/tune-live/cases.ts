import { GPU, type ProfileError } from './world.ts';

export interface ProfileCase {
  readonly name: string;
  readonly error: ProfileError;
  /** Seconds after which the energy has to be that of a perfect profile. */
  readonly withinS: number;
}

const SCALE_S = 20;
const SHAPE_S = 60;

/** What may be wrong with a profile. */
export const CASES: readonly ProfileCase[] = [
  { name: 'latency +10 %', error: { latency: 1.1 }, withinS: SCALE_S },
  { name: 'latency -10 %', error: { latency: 0.9 }, withinS: SCALE_S },
  { name: 'power +10 %', error: { power: 1.1 }, withinS: SCALE_S },
  { name: 'power -10 %', error: { power: 0.9 }, withinS: SCALE_S },
  { name: 'steps 3 rows up', error: { stepRows: 3 }, withinS: SHAPE_S },
  { name: 'steps 3 rows down', error: { stepRows: -3 }, withinS: SHAPE_S },
  { name: 'knee 104 MHz too high', error: { gpu: { kneeMhz: 1100 } }, withinS: SHAPE_S },
  {
    name: 'voltage and idle power flat to the top clock',
    error: { gpu: { voltageFloor: 0.98, kneeMhz: 1400, idleW: GPU.power.idleW.map(([mhz]) => [mhz, 70] as const) } },
    withinS: SHAPE_S,
  },
  { name: 'knee 396 MHz too low, voltage straight', error: { gpu: { kneeMhz: 600, voltageExponent: 1 } }, withinS: SHAPE_S },
];
