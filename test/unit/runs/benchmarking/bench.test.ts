import { expect } from 'chai';
import type { WorkloadRequest } from '../../../../src/domain/request.ts';
import { ALL_WATTS, virtualBench } from '../../../fixtures/benchmarking/virtual-bench.ts';

const schedule: WorkloadRequest[] = Array.from({ length: 20 }, (_, i) => ({
  id: `r${i}`,
  arrivalMs: 100 * i,
  promptTokens: 10,
  maxTokens: 11,
}));
/** The last one is due at 1.9 s, and takes 150 ms. */
const SPAN_S = 2.05;

describe('a bench on virtual time', () => {
  it('measures what it sent, and nothing before or after', async () => {
    const { record, time } = await virtualBench({ schedule });
    expect(record.requests).to.include({ offered: 20, completed: 20 });
    expect([record.measuredS, record.outputTokens]).to.deep.equal([SPAN_S, 220]);
    expect(record.energyJ!.total).to.be.closeTo(ALL_WATTS * SPAN_S, 1e-6);
    expect(record.energyJ).to.include({ method: 'counter', uncertaintyPct: 5 });
    expect(record.idlePowerW).to.be.closeTo(ALL_WATTS, 1e-6);
    expect(record.validity.verdict).to.equal('unstable');
    expect(time.armed).to.equal(0);
  });

  it('pools repeats: their joules, requests and tokens add up, and the time between them is nowhere', async () => {
    const { record } = await virtualBench({ schedule, repeats: 3 });
    expect(record.requests.offered).to.equal(60);
    expect(record.measuredS).to.be.closeTo(3 * SPAN_S, 1e-9);
    expect(record.repeats).to.have.length(3);
    expect(record.repeats.reduce((sum, { energyJ }) => sum + energyJ!, 0)).to.be.closeTo(record.energyJ!.total, 1e-6);
  });

  it('keeps what was measured when it is stopped, and says so', async () => {
    const { record } = await virtualBench({ schedule, stopAtMs: 1400 });
    expect(record.requests.completed).to.be.within(8, 10);
    expect(record.requests.cancelled).to.be.above(0);
    expect(record.validity.reasons[0]).to.equal('It could not go on: stopped');
    expect(record.energyJ!.total).to.be.closeTo(ALL_WATTS * record.measuredS, 1e-6);
    expect(record.idlePowerW, 'nobody waited for it').to.equal(null);
  });

  it('is not lost with its meter: it has no joules then, is not valid, and says why', async () => {
    const { record } = await virtualBench({ schedule, metersFailAtMs: 900 });
    expect(record.requests.completed).to.equal(20);
    expect([record.energyJ, record.idlePowerW]).to.deep.equal([null, null]);
    expect(record.validity).to.deep.include({ verdict: 'invalid' });
    expect(record.validity.reasons[0]).to.match(/meter does not cover the whole run/);
  });

  it('is not lost with its gateway: what that changed is not known then', async () => {
    let asked = 0;
    const state = () => (asked++ === 0 ? Promise.resolve({ transitions: 4, warnings: [] }) : Promise.reject(new Error('gone')));
    const { record } = await virtualBench({ schedule, site: { state } });
    expect([record.requests.completed, record.clocks.transitions]).to.deep.equal([20, 0]);
  });

  it('counts the transitions of all repeats, also of those that an earlier process measured', async () => {
    let transitions = 0;
    const state = () => Promise.resolve({ transitions: (transitions += 5), warnings: [] });
    const first = await virtualBench({ schedule, repeats: 2, site: { state }, stopAtMs: 6000 });
    const { record } = await virtualBench({ schedule, repeats: 2, site: { state }, journal: first.journal, baseJ: 77 });
    expect(record.clocks.transitions).to.equal(5 + 5);
    expect(
      record.repeats.map(({ energyJ }) => energyJ !== null),
      'the one that was cut has none of its own',
    ).to.deep.equal([true]);
    expect(record.requests.offered).to.equal(40);
    expect(record.bench!.resumed).to.equal(1);
    expect(record.bench!.client.cpuUsPerToken).to.equal(null);
  });

  it('of a closed loop goes on for what is left of its time, not for all of it again', async () => {
    const endless = Array.from({ length: 500 }, (_, i) => ({ ...schedule[0]!, id: `r${i}`, arrivalMs: 0 }));
    const closed = { schedule: endless, concurrency: 2, sendForMs: 3000 };
    const first = await virtualBench({ ...closed, stopAtMs: 2400 });
    expect(first.record.measuredS).to.be.closeTo(2, 0.01);
    const { record } = await virtualBench({ ...closed, journal: first.journal, baseJ: 5 });
    expect(record.measuredS).to.be.closeTo(3, 0.2);
    const over = await virtualBench({ ...closed, journal: (await virtualBench({ ...closed, stopAtMs: 3500 })).journal });
    expect(over.record.measuredS, 'all its time was over').to.be.closeTo(3.1, 0.2);
  });
});
