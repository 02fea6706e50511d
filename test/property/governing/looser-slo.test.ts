import { expect } from 'chai';
import fc from 'fast-check';
import { judgeDecode } from '../../../src/governing/slo/decode.ts';
import { judgePrefill } from '../../../src/governing/slo/prefill.ts';
import { cheapest, scanClocks, withTransition, type ClockOption, type Judge } from '../../../src/governing/slo/scan.ts';
import { SLO_TUNABLES, type SloTunables } from '../../../src/governing/slo/tunables.ts';
import type { Slo } from '../../../src/domain/slo.ts';
import { anyDecodeLoad, anyPrefillLoad, NOW_MS, predictorOf } from '../../fixtures/world/loads.ts';
import { clocksMhz } from '../../fixtures/world/shipped.ts';

const TIGHT: fc.Arbitrary<Slo> = fc.record({ ttftMs: fc.integer({ min: 100, max: 3000 }), itlMs: fc.integer({ min: 12, max: 100 }) });
const looserBy = fc.double({ min: 1, max: 3, noNaN: true });
const current = fc.constantFrom(...clocksMhz);
/** Latency is worth something by how much of the SLO it takes: told apart from energy here. */
const PLAIN: SloTunables = { ...SLO_TUNABLES, gapWorth: 0, ttftWorth: 0 };

/** Predicted cost of what is chosen from all clocks, or from those that the governor looks at, as all of them are judged. */
type Best = (slo: Slo, tunables: SloTunables) => number | null;

const bestOf =
  <O extends ClockOption>(judge: (slo: Slo, tunables: SloTunables) => Judge<O>, currentMhz: number): Best =>
  (slo, tunables) => {
    const { minSaving, stride } = tunables;
    const chosen = cheapest(scanClocks(clocksMhz, currentMhz, stride, judge(slo, tunables)), currentMhz, minSaving);
    if (chosen === null) return null;
    const all = scanClocks(clocksMhz, currentMhz, 1, judge(slo, tunables));
    return withTransition(
      all.find(({ clockMhz }) => clockMhz === chosen.clockMhz)!,
      currentMhz,
      minSaving,
    );
  };

const cases: readonly [string, fc.Arbitrary<Best>][] = [
  [
    'decode',
    fc
      .tuple(anyDecodeLoad, current)
      .filter(([{ batch }]) => batch > 0)
      .map(([load, currentMhz]) =>
        bestOf(
          (slo, tunables) => judgeDecode({ nowMs: NOW_MS, load, slo, currentMhz, clocksMhz, predictor: predictorOf('d0') }, tunables),
          currentMhz,
        ),
      ),
  ],
  [
    'prefill',
    fc
      .tuple(anyPrefillLoad, current)
      .filter(([{ waiting }]) => waiting.length > 0)
      .map(([load, currentMhz]) =>
        bestOf(
          (slo, tunables) => judgePrefill({ nowMs: NOW_MS, load, slo, currentMhz, clocksMhz, predictor: predictorOf('p0') }, tunables),
          currentMhz,
        ),
      ),
  ],
];

for (const [name, bests] of cases) {
  describe(`a looser SLO, ${name}`, () => {
    it('never raises the predicted cost', () => {
      fc.assert(
        fc.property(bests, TIGHT, looserBy, (best, slo, factor) => {
          const tight = best(slo, { ...PLAIN, stride: 1 });
          const loose = best({ ttftMs: slo.ttftMs * factor, itlMs: slo.itlMs * factor }, { ...PLAIN, stride: 1 });
          if (tight !== null) expect(loose).to.be.at.most(tight + 1e-9);
        }),
        { numRuns: 300 },
      );
    });

    it('is used: the clocks that the governor looks at cost within 2 % of the best of all', () => {
      fc.assert(
        fc.property(bests, TIGHT, (best, slo) => {
          const all = best(slo, { ...SLO_TUNABLES, stride: 1 });
          const some = best(slo, SLO_TUNABLES);
          if (all === null) expect(some).to.equal(null);
          else expect(some).to.be.at.most(all * 1.02 + 1e-9);
        }),
        { numRuns: 300 },
      );
    });
  });
}
