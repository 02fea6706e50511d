import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { validator } from '../../../fixtures/schemas.ts';
import { simulated } from '../../../fixtures/simulating.ts';

const BUSY = { prefill: 2, decode: 3, ratePerS: 8, durationS: 6 } as const;

describe('one decision explained', () => {
  it('shows every option as it was predicted, and the one that was taken', async () => {
    const record = await simulated({ ...BUSY, explain: '3' });
    const { route, clocks, governor, routing } = record.explanation!;
    const validate = validator('run');
    expect(validate(record), JSON.stringify(validate.errors)).to.equal(true);
    expect([governor, routing]).to.deep.equal(['slo', 'eco']);
    expect(route.atMs).to.be.at.least(3000);
    expect([route.prefill.length, route.decode.length]).to.deep.equal([2, 3]);
    const taken = [...route.prefill, ...route.decode].filter(({ chosen }) => chosen).map(({ instance }) => instance);
    expect(taken).to.have.length(2);
    expect(clocks.map(({ instance }) => instance)).to.have.members(taken);
    for (const { options, clockMhz, currentMhz } of clocks) {
      expect(options.filter(({ chosen }) => chosen).map((option) => option.clockMhz)).to.deep.equal([clockMhz]);
      expect(options.filter(({ held }) => held).map((option) => option.clockMhz)).to.deep.equal([currentMhz]);
      expect(options.length).to.be.within(2, 14);
    }
  });

  it('changes nothing of the run', async () => {
    const { explanation, ...watched } = await simulated({ ...BUSY, explain: 'r000010' });
    expect(explanation!.route.request.id).to.equal('r000010');
    expect(watched).to.deep.equal(await simulated(BUSY));
  });

  it('works for every governor and routing that can be named', async () => {
    for (const [governor, routing] of [
      ['max', 'round-robin'],
      ['ecofreq', 'tile-aware'],
      ['mpc', 'tile-aware-late'],
      ['floor', 'what-if'],
    ] as const) {
      const { explanation } = await simulated({ ...BUSY, durationS: 3, governor, routing, explain: '1' });
      expect(explanation!.clocks, governor).to.have.length(2);
      expect(explanation!.route.reason, routing).to.not.equal('');
    }
  });

  it('refuses a request and a time that never came', async () => {
    for (const explain of ['r999999', '3600']) {
      const error: unknown = await simulated({ ...BUSY, durationS: 2, explain }).catch((thrown: unknown) => thrown);
      expect(error).to.be.instanceOf(VoltanaError).with.property('exitCode', 2);
    }
  });
});
