import type { IterationLoad } from '../prediction/predictor.ts';
import type { Load } from '../telemetry/load.ts';
import type { Governor, GoverningQuestion } from './governor.ts';
import { heldMhz } from './nearest.ts';

const iterationOf = (load: Load): IterationLoad =>
  load.phase === 'decode' ? { batch: load.batch, tokens: load.kvTokens } : { batch: load.waiting.length, tokens: load.waitingTokens };

function cheapestFor({ clocksMhz, predictor }: GoverningQuestion, load: IterationLoad): number {
  let [bestMhz, leastMj] = [clocksMhz[0]!, Infinity];
  for (const clockMhz of clocksMhz) {
    const { latencyMs, powerW } = predictor.predict(load, clockMhz);
    if (latencyMs * powerW >= leastMj) continue;
    leastMj = latencyMs * powerW;
    bestMhz = clockMhz;
  }
  return bestMhz;
}

/**
 * Each iteration at its clock of least energy, whatever the SLO: a comparison, and no bound, since a slower clock also lets
 * batches grow, which may save more than the iteration itself.
 */
export const floorGovernor: Governor = {
  id: 'floor',
  decide(question) {
    const { load, clocksMhz } = question;
    if (load.idleSinceMs !== null) return { clockMhz: clocksMhz[0]!, reason: 'idle' };
    const iteration = iterationOf(load);
    if (iteration.batch === 0) return { clockMhz: heldMhz(question), reason: 'nothing runs yet: keep' };
    return { clockMhz: cheapestFor(question, iteration), reason: 'least energy of the iteration' };
  },
};
