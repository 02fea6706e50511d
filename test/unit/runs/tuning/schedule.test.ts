import { expect } from 'chai';
import type { WorkloadRequest } from '../../../../src/domain/request.ts';
import { scheduleOf } from '../../../../src/runs/tuning/schedule.ts';
import { planned } from '../../../fixtures/simulating.ts';
import { thrownBy } from '../../../fixtures/thrown.ts';
import { drawn, traced } from '../../../fixtures/tuning/ground.ts';

const fidelity = (requests: number, seed = 1, load = 1) => ({ requests, seed, load });

/** Ten requests, told apart by their prompts, with gaps of 1, 2, ..., 9 s: a mean of 5 s. */
const TRACE: WorkloadRequest[] = Array.from({ length: 10 }, (_, i) => ({
  id: `t${i}`,
  arrivalMs: 500 * i * (i + 1),
  promptTokens: i + 1,
  maxTokens: 10 * (i + 1),
  prefix: [`p${i}`],
}));

const gapsOf = (requests: readonly WorkloadRequest[]): number[] =>
  requests.map(({ arrivalMs }, i) => arrivalMs - (i === 0 ? 0 : requests[i - 1]!.arrivalMs));
const meanOf = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

describe('the schedule of an evaluation', () => {
  it('of a workload is that of a simulation with the same seed', async () => {
    const { scenario } = await planned({ requests: 50, ratePerS: 4, durationS: undefined, seed: 3 });
    expect(scheduleOf(await drawn(4), fidelity(50, 3), null)).to.deep.equal([...scenario.schedule()]);
    expect(scheduleOf(await drawn(2), fidelity(50, 3, 2), null)).to.deep.equal([...scenario.schedule()]);
  });

  it('of a trace begins somewhere in it and goes around, at the rate that was asked for', () => {
    const starts = new Set<number>();
    for (let seed = 1; seed <= 20; seed++) {
      const requests = scheduleOf(traced(TRACE, 2), fidelity(30, seed), null);
      const prompts = requests.map(({ promptTokens }) => promptTokens);
      starts.add(prompts[0]!);
      prompts.forEach((prompt, i) => expect(prompt).to.equal(((prompts[0]! - 1 + i) % 10) + 1));
      expect(meanOf(gapsOf(requests))).to.be.closeTo(500, 1e-6);
      expect(requests.map(({ id }) => id).slice(0, 2)).to.deep.equal(['r000001', 'r000002']);
      expect(requests[3]).to.deep.include({ maxTokens: 10 * prompts[3]!, prefix: [`p${prompts[3]! - 1}`] });
      gapsOf(requests).forEach((gapMs, i) => expect(gapMs).to.be.closeTo(prompts[i] === 1 ? 500 : (prompts[i]! - 1) * 100, 1e-6));
    }
    expect(starts.size).to.be.above(5);
  });

  it('of a trace without times has Poisson arrivals', () => {
    const at0 = TRACE.map((request) => ({ ...request, arrivalMs: 0 }));
    const requests = scheduleOf(traced(at0, 2, false), fidelity(2000), null);
    expect(meanOf(gapsOf(requests))).to.be.closeTo(500, 50);
    expect(new Set(gapsOf(requests)).size).to.be.above(1900);
    expect(requests[1]!.promptTokens % 10).to.equal((requests[0]!.promptTokens + 1) % 10);
  });

  it('of a day has its shares, and ignores how many requests were asked for', async () => {
    const day = { shares: [2, 0, 1], secondsPerShare: 50 };
    for (const load of [await drawn(4), traced(TRACE, 4), traced(TRACE, 4, false)]) {
      const requests = scheduleOf(load, fidelity(1), day);
      const within = (from: number, to: number): number => requests.filter(({ arrivalMs }) => arrivalMs >= from && arrivalMs < to).length;
      expect(within(0, 50_000)).to.be.closeTo(400, 60);
      expect(within(50_000, 100_000)).to.equal(0);
      expect(within(100_000, 150_000)).to.be.closeTo(200, 45);
      expect(requests.at(-1)!.arrivalMs).to.be.within(140_000, 150_000);
    }
  });

  it('refuses traces that cannot be stretched', () => {
    expect(thrownBy(() => scheduleOf(traced([], 2), fidelity(5), null)).message).to.include('holds no requests');
    const together = TRACE.map((request) => ({ ...request, arrivalMs: 7 }));
    expect(thrownBy(() => scheduleOf(traced(together, 2), fidelity(5), null)).message).to.include('at once');
    expect(thrownBy(() => scheduleOf(traced(TRACE.slice(0, 1), 2), fidelity(5), null)).code).to.equal('BAD_VALUE');
  });
});
