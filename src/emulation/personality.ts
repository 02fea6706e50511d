import type { Random } from '../ports/random.ts';
import type { Personality } from '../prediction/analytic/personality.ts';

/** Largest deviation from the card, as a fraction. */
const SPREAD = { operators: 0.15, knee: 0.08, leakage: 0.2, dynamic: 0.08, tile: 0.25, sensor: 0.03 } as const;

const around = (random: Random, spread: number): number => 1 + spread * (2 * random.next() - 1);

/** What makes this device differ from its card. Hidden from everything that measures it. */
export const drawPersonality = (random: Random): Personality => ({
  gemm: around(random, SPREAD.operators),
  attention: around(random, SPREAD.operators),
  bandwidth: around(random, SPREAD.operators),
  overhead: around(random, SPREAD.operators),
  knee: around(random, SPREAD.knee),
  activePower: around(random, SPREAD.leakage),
  dynamicPower: around(random, SPREAD.dynamic),
  tile: around(random, SPREAD.tile),
  sensorGain: around(random, SPREAD.sensor),
});
