import { expect } from 'chai';
import fc from 'fast-check';
import { sloGovernor } from '../../../src/governing/slo/index.ts';
import { SLO_TUNABLES } from '../../../src/governing/slo/tunables.ts';
import { anyDecodeLoad, anyPrefillLoad, NOW_MS, predictorOf } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const SLO = { ttftMs: 1000, itlMs: 50 };
const current = fc.constantFrom(...clocksMhz);
const governor = sloGovernor();

describe('properties of the slo governor', () => {
  it('never chooses a decode clock at which its own predictor sees the present batch above the ITL target', () => {
    const predictor = predictorOf('d0');
    let slowed = 0;
    fc.assert(
      fc.property(anyDecodeLoad, current, fc.integer({ min: 12, max: 120 }), (load, currentMhz, itlMs) => {
        fc.pre(load.batch > 0);
        const { clockMhz } = governor.decide({ nowMs: NOW_MS, load, slo: { ...SLO, itlMs }, currentMhz, clocksMhz, predictor });
        if (clockMhz === clocksMhz.at(-1)) return;
        slowed++;
        const batch = load.batch + load.incoming;
        const { latencyMs } = predictor.predict({ batch, tokens: (batch * load.kvTokens) / load.batch }, clockMhz);
        expect(latencyMs).to.be.at.most(itlMs * SLO_TUNABLES.itlTarget + 1e-9);
      }),
      { numRuns: 1000 },
    );
    expect(slowed).to.be.above(100);
  });

  it('never chooses a prefill clock at which its own predictor misses a deadline that the highest clock meets', () => {
    const predictor = predictorOf('p0');
    let slowed = 0;
    fc.assert(
      fc.property(anyPrefillLoad, current, (load, currentMhz) => {
        fc.pre(load.waiting.length > 0);
        const { clockMhz } = governor.decide({ nowMs: NOW_MS, load, slo: SLO, currentMhz, clocksMhz, predictor });
        if (clockMhz === clocksMhz.at(-1)) return;
        slowed++;
        let doneMs = NOW_MS;
        for (const { arrivalMs, promptTokens } of load.waiting) {
          doneMs += predictor.predict({ batch: 1, tokens: promptTokens }, clockMhz).latencyMs;
          expect(doneMs + load.afterPrefillMs - arrivalMs).to.be.at.most(SLO.ttftMs * SLO_TUNABLES.ttftTarget + 1e-6);
        }
      }),
      { numRuns: 1000 },
    );
    expect(slowed).to.be.above(30);
  });

  it('answers its own choice with the same clock: deciding again changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anyDecodeLoad, anyPrefillLoad), current, (load, currentMhz) => {
        const predictor = predictorOf(load.phase === 'prefill' ? 'p0' : 'd0');
        const ask = (from: number): number =>
          governor.decide({ nowMs: NOW_MS, load, slo: SLO, currentMhz: from, clocksMhz, predictor }).clockMhz;
        let clockMhz = ask(currentMhz);
        // Decode's flow depends on the clock in force, so it may take a few steps; it must not cycle.
        for (let step = 0; step < 6; step++) clockMhz = ask(clockMhz);
        expect(ask(clockMhz)).to.equal(clockMhz);
      }),
      { numRuns: 500 },
    );
  });
});
