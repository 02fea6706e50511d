import type { ProfilePoint } from '../../../src/domain/profile.ts';
import { fitProfile } from '../../../src/prediction/fit/fit-profile.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { benchDevice, cards, disturbed, provenance, questionsOf, truthOf } from './device.ts';

const POINTS = 10_000;
const CLOCKS_MHZ = [690, 870, 1050, 1230, 1410];

/** Wall seconds that a fit of 10 000 points takes, its cross-validation and tables included. */
export function fitSeconds(rounds: number): number[] {
  const bench = benchDevice(1);
  const exact = questionsOf(bench, POINTS).map(({ phase, load }, i): ProfilePoint => {
    const clockMhz = CLOCKS_MHZ[Math.floor(i / 2) % CLOCKS_MHZ.length]!;
    const { latencyMs, powerW } = truthOf(bench, phase, load, clockMhz);
    const each = load.tokens / load.batch;
    return {
      instance: phase,
      phase,
      clockMhz,
      requestedClockMhz: clockMhz,
      batch: load.batch,
      ...(phase === 'decode' ? { contextTokens: each } : { promptTokens: each }),
      latencyMs,
      powerW,
      energyJ: (powerW * latencyMs) / 1000,
      integratedEnergyJ: null,
      latencyCi95Pct: null,
      appliedClocks: [],
      samples: 1,
      valid: true,
      capped: false,
      reasons: [],
      control: false,
    };
  });
  const points = disturbed(exact, createRandom(1), { noise: 0.02, outliers: 0.02 });
  return Array.from({ length: rounds }, () => {
    const startedMs = performance.now();
    fitProfile({ points, idle: [], provenance }, cards);
    return (performance.now() - startedMs) / 1000;
  });
}
