import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { adaptivePredictor } from '../../../../src/prediction/adaptive/adaptive-predictor.ts';
import { deviceWith, personalityOf, profiled } from '../../../fixtures/adaptation/profiled.ts';
import { anywhere, furthestApartPct, live } from '../../../fixtures/adaptation/experiment.ts';

const personality = personalityOf(5);
const base = profiled(personality, 'decode', 5);
const { adaptive } = live({
  role: 'decode',
  seed: 5,
  base,
  truthAt: () => ({ device: deviceWith(personality), slowdown: 1.06 }),
  untilMs: 10_000,
});
for (let i = 0; i < 20; i++)
  adaptive.observePower({ expected: [{ clockMhz: 1110, idle: 60, above: 120 }], measured: 200, atMs: 10_000 + 1000 * i });
const stored = () => JSON.parse(JSON.stringify(adaptive.store())) as Record<string, unknown>;

const refused = (value: unknown, saying: RegExp): void => {
  const fresh = adaptivePredictor(base, 'decode');
  expect(() => fresh.restore(value)).to.throw(VoltanaError, saying);
  expect(fresh.learnt()).to.include({ accepted: 0, correctionPct: 0 });
};

describe('a stored adaptation', () => {
  it('goes on where it was left, through JSON', () => {
    const resumed = adaptivePredictor(base, 'decode');
    resumed.restore(stored());
    expect(resumed.store()).to.deep.equal(adaptive.store());
    expect(resumed.predict({ batch: 30, tokens: 30_000 }, 1110)).to.deep.equal(adaptive.predict({ batch: 30, tokens: 30_000 }, 1110));
    const points = anywhere('decode', 5, 100);
    expect(furthestApartPct(resumed, adaptive, points)).to.equal(0);
    const next = { load: { batch: 30, tokens: 30_000 }, clockMhz: 1110, latencyMs: 25, atMs: 10_020 };
    const [one, other] = [adaptivePredictor(base, 'decode'), adaptivePredictor(base, 'decode')];
    for (const each of [one, other]) {
      each.restore(stored());
      each.observe(next);
    }
    expect(one.store()).to.deep.equal(other.store());
  });

  it('is refused when it was learnt in another phase', () => {
    const prefill = adaptivePredictor(profiled(personality, 'prefill', 5), 'prefill');
    expect(() => prefill.restore(stored())).to.throw(VoltanaError, /of a decode instance, not of a prefill/);
  });

  it('is refused when it is damaged, and changes nothing then', () => {
    refused(null, /is damaged/);
    refused({ ...stored(), schemaVersion: 1 }, /is damaged: \/schemaVersion/);
    refused({ ...stored(), values: [1] }, /is damaged: \/values/);
    refused(
      { ...stored(), covariance: (stored()['covariance'] as number[]).map((_, i) => (i === 1 ? 0.09 : 0.001)) },
      /covariance is none/,
    );
    refused({ ...stored(), extra: 1 }, /is damaged/);
    refused({ ...stored(), power: { deviation: 0, samples: 0 } }, /is damaged: \/power/);
  });
});
