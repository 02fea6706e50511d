import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import type { BenchRequest, PlannedLoad } from '../../../../src/runs/benchmarking/request.ts';
import { planned } from '../../../fixtures/benchmarking/planning.ts';
import { ourError } from '../../../fixtures/rejected.ts';

const loadOf = async (request: Partial<BenchRequest>): Promise<PlannedLoad> => (await planned(request)).planned;
const hashOf = async (request: Partial<BenchRequest>): Promise<string> => (await loadOf(request)).load.scheduleHash;

describe('the load of a bench, planned', () => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-plan-'));
  const timed = join(folder, 'timed.csv');
  const untimed = join(folder, 'untimed.jsonl');
  before(() => {
    const rows = Array.from({ length: 20 }, (_, i) => `2023-11-16 18:00:${String(i).padStart(2, '0')}.0000000,${100 + i},${10 + i}`);
    writeFileSync(timed, ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\n'));
    const requests = Array.from({ length: 20 }, (_, i) => JSON.stringify({ promptTokens: 100 + i, maxTokens: 10 + i }));
    writeFileSync(untimed, ['{"schemaVersion":1,"kind":"trace","timed":false}', ...requests].join('\n'));
  });
  after(() => rmSync(folder, { recursive: true, force: true }));

  it('is of the default workload for a minute, warm-up apart', async () => {
    const { load, workload, ratePerS, durationS, schedule, warmUp, sendForMs } = await loadOf({});
    expect({ workload, ratePerS, durationS, sendForMs }).to.deep.equal({
      workload: 'azure-conv-2023',
      ratePerS: 8,
      durationS: 60,
      sendForMs: undefined,
    });
    expect(load).to.include({ loop: 'open', arrivals: 'poisson', requests: schedule.length });
    expect(schedule.every(({ arrivalMs }) => arrivalMs < 60_000)).to.equal(true);
    expect(warmUp.every(({ arrivalMs }) => arrivalMs < 30_000)).to.equal(true);
    expect(warmUp[0]!.promptTokens === schedule[0]!.promptTokens && warmUp[1]!.promptTokens === schedule[1]!.promptTokens).to.equal(false);
    expect((await loadOf({ warmUpS: 0 })).warmUp).to.deep.equal([]);
  });

  it('holds both ends where both were given', async () => {
    expect((await loadOf({ requests: 5 })).schedule).to.have.length(5);
    expect((await loadOf({ requests: 5, durationS: 60 })).schedule).to.have.length(5);
    const short = await loadOf({ requests: 500, durationS: 2 });
    expect(short.schedule.length).to.be.within(1, 100);
    expect(short.schedule.at(-1)!.arrivalMs).to.be.below(2000);
  });

  it('has no times in a closed loop, and ends by its own', async () => {
    const { load, schedule, sendForMs, ratePerS } = await loadOf({ concurrency: 4, durationS: 10 });
    expect(load).to.include({ loop: 'closed', concurrency: 4, arrivals: null });
    expect(schedule.every(({ arrivalMs }) => arrivalMs === 0)).to.equal(true);
    expect([sendForMs, ratePerS, schedule.length]).to.deep.equal([10_000, null, 1000]);
    const counted = await loadOf({ concurrency: 4, requests: 7 });
    expect([counted.schedule.length, counted.sendForMs]).to.deep.equal([7, undefined]);
  });

  it('of a ramp grows', async () => {
    const { load, ratePerS, schedule } = await loadOf({ ramp: '0:20', durationS: 20 });
    expect([load.arrivals, ratePerS]).to.deep.equal(['ramp', 10]);
    const half = schedule.filter(({ arrivalMs }) => arrivalMs < 10_000).length;
    expect(half).to.be.below(schedule.length / 2.5);
  });

  it('of a trace has its times, all or as many as were asked for; or those times stretched', async () => {
    const own = await loadOf({ trace: timed });
    expect(own.load).to.include({ arrivals: 'trace', burstiness: null, requests: 20 });
    expect([own.ratePerS, own.durationS, own.workload]).to.deep.equal([null, 19, timed]);
    expect((await loadOf({ trace: timed, requests: 4 })).schedule).to.have.length(4);
    expect((await loadOf({ trace: timed, durationS: 4.5 })).schedule).to.have.length(5);
    const stretched = await loadOf({ trace: timed, rate: 2 });
    expect(stretched.load.arrivals, 'still its own').to.equal('trace');
    expect([stretched.ratePerS, stretched.durationS]).to.deep.equal([2, 9.5]);
    const closed = await loadOf({ trace: timed, concurrency: 2, requests: 6 });
    expect([closed.load.loop, closed.schedule.length]).to.deep.equal(['closed', 6]);
  });

  it('of a trace without times is drawn at a rate, which it needs', async () => {
    expect((await ourError(loadOf({ trace: untimed }))).message).to.match(/does not tell when its requests came/);
    const { load, schedule } = await loadOf({ trace: untimed, rate: 4 });
    expect(load).to.include({ arrivals: 'poisson', requests: 20 });
    expect(schedule.map(({ promptTokens }) => promptTokens)).to.deep.equal(Array.from({ length: 20 }, (_, i) => 100 + i));
    expect((await loadOf({ trace: untimed, concurrency: 3 })).load).to.include({ loop: 'closed', requests: 20 });
  });

  it('has one hash for the same work, and another for any other', async () => {
    const one = await hashOf({ durationS: 5 });
    expect(await hashOf({ durationS: 5 })).to.equal(one);
    expect(await hashOf({ durationS: 5, sloTtftMs: 1, sloItlMs: 1, repeat: 3, warmUpS: 0 }), 'what is not asked of the server').to.equal(
      one,
    );
    const others = [{ seed: 2 }, { rate: 9 }, { burstiness: 0.5 }, { workload: 'sharegpt' }, { arrivals: 'constant' }, { trace: timed }];
    const hashes = await Promise.all(others.map((other) => hashOf({ durationS: 5, ...other })));
    expect(new Set([one, ...hashes]).size).to.equal(others.length + 1);
  });

  for (const [what, request, says] of [
    ['a workload and a trace', { workload: 'sharegpt', trace: timed }, /^--workload sharegpt and --trace .* are two loads/],
    ['a time in which nothing comes', { rate: 0.001, durationS: 0.001 }, /^no request arrives within 0\.001 s/],
    ['an unknown workload', { workload: 'sharegtp' }, /unknown workload "sharegtp"/],
    ['a ramp of nothing', { ramp: '0:0' }, /rates of a ramp/],
  ] as const) {
    it(`refuses ${what}`, async () => {
      const error = await ourError(loadOf(request));
      expect(error.message).to.match(says);
      expect(error.exitCode).to.equal(2);
    });
  }
});
