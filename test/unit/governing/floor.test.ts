import { expect } from 'chai';
import { floorGovernor } from '../../../src/governing/floor.ts';
import { decodeLoad, NOW_MS, predictorOf, prefillLoad } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const question = { nowMs: NOW_MS, slo: { ttftMs: 1, itlMs: 1 }, currentMhz: 705, clocksMhz };

describe('governor floor', () => {
  it('takes the clock of least energy of the present iteration, whatever the SLO', () => {
    const predictor = predictorOf('d0');
    const load = decodeLoad({ batch: 24, kvTokens: 24_000 });
    const energy = (mhz: number): number => {
      const { latencyMs, powerW } = predictor.predict({ batch: 24, tokens: 24_000 }, mhz);
      return latencyMs * powerW;
    };
    const { clockMhz } = floorGovernor.decide({ ...question, load, predictor });
    for (const other of clocksMhz) expect(energy(clockMhz)).to.be.at.most(energy(other));
    expect(clockMhz).to.be.above(clocksMhz[0]!).and.below(clocksMhz.at(-1)!);
  });

  it('goes to the lowest when idle, and keeps its clock while nothing runs yet', () => {
    const predictor = predictorOf('d0');
    expect(floorGovernor.decide({ ...question, load: prefillLoad({ idleSinceMs: NOW_MS }), predictor }).clockMhz).to.equal(clocksMhz[0]);
    expect(floorGovernor.decide({ ...question, load: decodeLoad({ incoming: 2 }), predictor }).clockMhz).to.equal(705);
  });
});
