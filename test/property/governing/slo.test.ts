import { expect } from 'chai';
import fc from 'fast-check';
import { sloGovernor } from '../../../src/governing/slo/index.ts';
import { gapTargetMs } from '../../../src/governing/slo/decode.ts';
import { cautiousMs } from '../../../src/governing/slo/price.ts';
import { meetsDeadlines, queueOf } from '../../../src/governing/slo/prefill-queue.ts';
import { SLO_TUNABLES } from '../../../src/governing/slo/tunables.ts';
import type { GoverningQuestion } from '../../../src/governing/governor.ts';
import type { DecodeLoad, Load, PrefillLoad } from '../../../src/telemetry/load.ts';
import { anyDecodeLoad, anyPrefillLoad, NOW_MS, predictorOf } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const SLO = { ttftMs: 1000, itlMs: 50 };
const current = fc.constantFrom(...clocksMhz);
const governor = sloGovernor();
const predictors = { decode: predictorOf('d0'), prefill: predictorOf('p0') };

const asking = <L extends Load>(load: L, currentMhz: number, slo = SLO): GoverningQuestion & { readonly load: L } => ({
  nowMs: NOW_MS,
  load,
  slo,
  currentMhz,
  clocksMhz,
  predictor: predictors[load.phase],
});

/** The batch that is there now, at the upper end of its interval. */
function presentMs({ predictor, load }: { readonly load: DecodeLoad } & GoverningQuestion, clockMhz: number): number {
  const batch = load.batch + load.incoming;
  return cautiousMs(predictor.predict({ batch, tokens: (batch * load.kvTokens) / load.batch }, clockMhz), SLO_TUNABLES);
}

const meets = (question: GoverningQuestion & { readonly load: PrefillLoad }, clockMhz: number): boolean =>
  meetsDeadlines(question, queueOf(question, SLO_TUNABLES), SLO_TUNABLES, clockMhz);

describe('properties of the slo governor', () => {
  it('never chooses a decode clock predicted to miss the gap that it plans for while a safe one exists', () => {
    let slowed = 0;
    fc.assert(
      fc.property(anyDecodeLoad, current, fc.integer({ min: 12, max: 120 }), (load, currentMhz, itlMs) => {
        fc.pre(load.batch > 0);
        const question = asking(load, currentMhz, { ...SLO, itlMs });
        const { clockMhz } = governor.decide(question);
        const targetMs = gapTargetMs(load, question.slo, SLO_TUNABLES);
        if (clockMhz < clocksMhz.at(-1)!) slowed++;
        if (presentMs(question, clocksMhz.at(-1)!) <= targetMs) expect(presentMs(question, clockMhz)).to.be.at.most(targetMs);
      }),
      { numRuns: 1000 },
    );
    expect(slowed).to.be.above(100);
  });

  it('never chooses a prefill clock at which its own predictor misses a deadline that the highest clock meets', () => {
    let [slowed, late] = [0, 0];
    fc.assert(
      fc.property(anyPrefillLoad, current, (load, currentMhz) => {
        fc.pre(load.waiting.length > 0);
        const question = asking(load, currentMhz);
        const { clockMhz } = governor.decide(question);
        if (clockMhz < clocksMhz.at(-1)!) slowed++;
        if (meets(question, clocksMhz.at(-1)!)) expect(meets(question, clockMhz)).to.equal(true);
        else late++;
      }),
      { numRuns: 1000 },
    );
    expect(slowed).to.be.above(30);
    expect(late).to.be.below(970);
  });

  it('answers its own choice with the same clock: deciding again changes nothing', () => {
    fc.assert(
      fc.property(fc.oneof(anyDecodeLoad, anyPrefillLoad), current, (load, currentMhz) => {
        const ask = (from: number): number => governor.decide(asking<Load>(load, from)).clockMhz;
        let clockMhz = ask(currentMhz);
        // What is left of an iteration, and what a batch sustains, depend on the clock in force: it may take a few steps, and must not cycle.
        for (let step = 0; step < 6; step++) clockMhz = ask(clockMhz);
        expect(ask(clockMhz)).to.equal(clockMhz);
      }),
      { numRuns: 500 },
    );
  });
});
