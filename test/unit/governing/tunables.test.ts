import { expect } from 'chai';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { PolicyTunables } from '../../../src/domain/tunables.ts';
import { createGovernor, type GovernorId } from '../../../src/governing/registry.ts';
import { thriftyCost } from '../../../src/governing/thrift.ts';
import type { Load } from '../../../src/telemetry/load.ts';
import { decodeLoad, NOW_MS, predictorOf, prefillLoad } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const PLANNERS: readonly GovernorId[] = ['slo', 'mpc'];
const busy = { batch: 60, kvTokens: 60 * 1200, requestRatePerS: 8, meanOutputTokens: 250, meanPromptTokens: 1000 };
const DECODE = decodeLoad(busy);
const waiting = Array.from({ length: 3 }, () => ({ arrivalMs: NOW_MS - 20, promptTokens: 1500 }));
const PREFILL = prefillLoad({ waiting, headSinceMs: NOW_MS - 5, requestRatePerS: 4, meanPromptTokens: 1500 });

const chosenMhz = (id: GovernorId, tunables: PolicyTunables, load: Load): number =>
  createGovernor(id, { tunables }).decide({
    nowMs: NOW_MS,
    load,
    slo: { ttftMs: 900, itlMs: 40 },
    currentMhz: clocksMhz.at(-1)!,
    clocksMhz,
    predictor: predictorOf(load.phase === 'prefill' ? 'p0' : 'd0'),
  }).clockMhz;

describe('tunables of governors', () => {
  for (const id of PLANNERS) {
    it(`${id}: less of a promise is a faster clock, in its own phase`, () => {
      expect(chosenMhz(id, { itlTarget: 0.75 }, DECODE)).to.be.greaterThan(chosenMhz(id, {}, DECODE));
      expect(chosenMhz(id, { ttftTarget: 0.35 }, PREFILL)).to.be.greaterThan(chosenMhz(id, {}, PREFILL));
      expect(chosenMhz(id, { itlTarget: 0.75 }, PREFILL)).to.equal(chosenMhz(id, {}, PREFILL));
      expect(chosenMhz(id, { ttftTarget: 0.35 }, DECODE)).to.equal(chosenMhz(id, {}, DECODE));
    });

    it(`${id}: null and left out are as it has it, and thrift 1 changes nothing`, () => {
      for (const load of [DECODE, PREFILL])
        for (const tunables of [{ itlTarget: null, ttftTarget: null }, { thrift: 1 }, { thrift: null }])
          expect(chosenMhz(id, tunables, load)).to.equal(chosenMhz(id, {}, load));
    });

    it(`${id}: the less energy is worth, the faster; worth nothing, as fast as it gets`, () => {
      for (const load of [DECODE, PREFILL]) {
        const chosen = [1, 0.5, 0].map((thrift) => chosenMhz(id, { thrift }, load));
        expect(chosen).to.deep.equal([...chosen].sort((a, b) => a - b));
        expect(chosen[2]).to.be.greaterThan(1300).and.greaterThan(chosen[0]!);
      }
    });

    it(`${id}: turned again and again, null is what it was made with`, () => {
      const made = createGovernor(id, { tunables: { itlTarget: 0.8 } });
      const question = {
        nowMs: NOW_MS,
        load: DECODE,
        slo: { ttftMs: 900, itlMs: 40 },
        currentMhz: 1410,
        clocksMhz,
        predictor: predictorOf('d0'),
      };
      const turned = made.retuned!({ itlTarget: 0.96 });
      expect(turned.decide(question).clockMhz).to.be.lessThan(made.decide(question).clockMhz);
      expect(turned.retuned!({ itlTarget: null }).decide(question)).to.deep.equal(made.decide(question));
    });

    it(`${id}: what is no part of a promise is refused`, () => {
      for (const tunables of [
        { itlTarget: 0 },
        { itlTarget: 1.01 },
        { ttftTarget: NaN },
        { ttftTarget: -1 },
        { thrift: 2 },
        { thrift: NaN },
      ])
        for (const act of [() => createGovernor(id, { tunables }), () => createGovernor(id).retuned!(tunables)])
          expect(act).to.throw(VoltanaError, 'tunable').with.property('code', 'BAD_VALUE');
    });
  }

  it('governors that plan for no promise have nothing to turn', () => {
    for (const id of ['max', 'ecofreq', 'floor'] as const) expect(createGovernor(id).retuned).to.equal(undefined);
  });
});

describe('thrifty cost', () => {
  it('is the energy at 1, the latency at 0, and between them neither unit tells', () => {
    expect(thriftyCost(7, 20, 1)).to.equal(7);
    expect(thriftyCost(7, 20, 0)).to.equal(20);
    const cheaper = (scale: number): boolean => thriftyCost(7 * scale, 20, 0.5) < thriftyCost(9 * scale, 18, 0.5);
    expect([1, 1e-3, 1e6].map(cheaper)).to.deep.equal([true, true, true]);
    expect(thriftyCost(-1, 20, 0.5))
      .to.be.greaterThan(0)
      .and.lessThan(1e-100);
  });
});
