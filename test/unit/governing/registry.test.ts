import { expect } from 'chai';
import { createGovernor } from '../../../src/governing/registry.ts';
import type { GoverningQuestion } from '../../../src/governing/governor.ts';
import { decodeLoad, NOW_MS, predictorOf, prefillLoad } from '../../fixtures/world/loads.ts';

const question = (load: GoverningQuestion['load']): GoverningQuestion => ({
  nowMs: NOW_MS,
  load,
  slo: { ttftMs: 1000, itlMs: 50 },
  currentMhz: 600,
  clocksMhz: [600, 900, 1200],
  predictor: predictorOf('d0'),
});

describe('plain governors', () => {
  it('max answers the highest clock it may choose, idle or not', () => {
    for (const load of [decodeLoad({ idleSinceMs: 0 }), decodeLoad({ batch: 3, kvTokens: 3000 }), prefillLoad({ idleSinceMs: 0 })]) {
      expect(createGovernor('max').decide(question(load)).clockMhz).to.equal(1200);
    }
  });

  it('fixed answers each phase with its own clock', () => {
    const governor = createGovernor('fixed', { fixedMhz: { prefill: 900, decode: 600 } });
    expect(governor.decide(question(prefillLoad())).clockMhz).to.equal(900);
    expect(governor.decide(question(decodeLoad())).clockMhz).to.equal(600);
  });

  it('fixed-best is fixed under its own name', () => {
    const governor = createGovernor('fixed-best', { fixedMhz: { prefill: 900, decode: 600 } });
    expect(governor.decide(question(decodeLoad()))).to.deep.equal({ clockMhz: 600, reason: 'best fixed clock' });
    expect(() => createGovernor('fixed-best'))
      .to.throw('governor fixed-best needs a clock')
      .with.property('hint')
      .that.includes('--governor fixed');
  });

  it('fixed without a clock says how to give one', () => {
    expect(() => createGovernor('fixed'))
      .to.throw('governor fixed needs a clock')
      .with.property('hint')
      .that.includes('--clocks');
  });
});
