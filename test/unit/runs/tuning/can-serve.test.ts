import { expect } from 'chai';
import { canServeOn } from '../../../../src/runs/tuning/can-serve.ts';
import { evaluate } from '../../../../src/runs/tuning/evaluate.ts';
import { busyness } from '../../../../src/tuning/search/screen.ts';
import { drawn, groundOf, taskOf, traced, variants } from '../../../fixtures/tuning/ground.ts';

const PAIR = { variant: 'card', tp: 1, prefill: 1, decode: 1, aggregated: 0 };

describe('what layouts can serve, by arithmetic', function () {
  this.timeout(30_000);

  it('grows with the rate, and is shared by instances', async () => {
    const at = async (ratePerS: number) => canServeOn(await groundOf({ load: await drawn(ratePerS) }));
    const [slow, fast] = [(await at(2))(PAIR), (await at(4))(PAIR)];
    expect(slow.fits).to.equal(true);
    expect(fast.prefillUtilisation / slow.prefillUtilisation).to.be.closeTo(2, 1e-9);
    expect(fast.decodeUtilisation / slow.decodeUtilisation).to.be.closeTo(2, 1e-9);
    const more = (await at(4))({ ...PAIR, prefill: 2, decode: 4 });
    expect(more.prefillUtilisation).to.be.closeTo(slow.prefillUtilisation, 1e-9);
    expect(more.decodeUtilisation).to.be.closeTo(slow.decodeUtilisation / 2, 1e-9);
    expect((await at(4))({ ...PAIR, prefill: 0, decode: 0, aggregated: 2 })).to.deep.equal({ ...slow });
  });

  it('refuses nothing that a simulation serves, and what it refuses is overloaded or breaks its promises', async () => {
    for (const ratePerS of [4, 80]) {
      const ground = await groundOf({ load: await drawn(ratePerS) });
      const busy = busyness(PAIR, canServeOn(ground)(PAIR));
      const { kept } = evaluate(ground, taskOf({ choice: { governor: 'max' }, fidelity: { requests: 200 } }));
      const joint = kept.reduce((sum, { met }) => sum + met, 0) / 200;
      if (busy > 1) expect(joint, `${ratePerS}/s, ${busy} busy`).to.be.below(0.9);
      if (joint > 0.95) expect(busy, `${ratePerS}/s, ${joint} kept`).to.be.below(1);
      if (ratePerS === 4) expect(busy).to.be.below(0.5);
      if (ratePerS === 80) expect(busy).to.be.above(1);
    }
  });

  it('knows no room, splits that cannot be, and splits that were not measured', async () => {
    const [card] = await variants();
    const large = { ...card!, id: 'large', model: { ...card!.model, layers: card!.model.layers * 12 } };
    const canServe = canServeOn(await groundOf({ variants: [...(await variants()), large] }));
    expect(canServe({ ...PAIR, variant: 'large' }).fits).to.equal(false);
    expect(canServe({ ...PAIR, variant: 'large', tp: 8 }).fits).to.equal(true);
    expect(canServe({ ...PAIR, tp: 3 }).fits).to.equal(false);
    expect([1, 2].map((tp) => canServe({ ...PAIR, variant: 'fit', tp }).fits)).to.deep.equal([true, false]);
  });

  it('refuses a gap that no batch keeps', async () => {
    const canServe = canServeOn(await groundOf({ slo: { ttftMs: 1000, itlMs: 1 } }));
    expect(canServe(PAIR).decodeUtilisation).to.equal(Infinity);
  });

  it('knows the lengths of a trace', async () => {
    const requests = (promptTokens: number) => [1, 2].map((at) => ({ id: `t${at}`, arrivalMs: at * 1000, promptTokens, maxTokens: 100 }));
    const at = async (promptTokens: number) => canServeOn(await groundOf({ load: traced(requests(promptTokens), 2) }))(PAIR);
    expect((await at(4000)).prefillUtilisation).to.be.above(3 * (await at(1000)).prefillUtilisation);
  });
});
