import { expect } from 'chai';
import { FleetControl } from '../../../src/control/fleet-control.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { clockTable } from '../../../src/emulation/device.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import type { RoutingPolicy } from '../../../src/routing/policy.ts';
import { simulateCluster } from '../../../src/simulation/cluster.ts';
import { controlOf, GPU, PACE, specsOf } from '../../fixtures/world/carded.ts';
import { collectRun, type CollectedRun } from '../../fixtures/world/collected-run.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';

const SPECS = specsOf(1, 1);
const request = (id: string, arrivalMs: number, promptTokens = 500, maxTokens = 20): WorkloadRequest => ({
  id,
  arrivalMs,
  promptTokens,
  maxTokens,
});
const run = (schedule: readonly WorkloadRequest[], pace: Partial<typeof PACE> = {}, specs = SPECS): CollectedRun =>
  collectRun({ specs, schedule, control: controlOf(specs), ...PACE, ...pace });
const statuses = ({ outcomes }: CollectedRun): string[] => outcomes.map(({ status }) => status);

describe('a simulated cluster and input that makes no sense', () => {
  it('reports requests without tokens as failed, says which, and serves the others', () => {
    const odd = [
      request('a', 0),
      request('b', 1, 0),
      request('c', 2, 500, 0),
      request('d', 3, 500, -1),
      request('e', 4, 1.5),
      request('f', 5),
    ];
    const result = run(odd);
    expect(statuses(result)).to.deep.equal(['completed', 'failed', 'failed', 'failed', 'failed', 'completed']);
    expect(result.outcomes.map(({ error }) => error)).to.deep.equal([
      null,
      'a prompt of 0 tokens',
      'an output of 0 tokens',
      'an output of -1 tokens',
      'a prompt of 1.5 tokens',
      null,
    ]);
  });

  it('refuses a schedule that goes back in time, or holds none', () => {
    for (const arrivalMs of [5, NaN, -Infinity, Infinity])
      expect(() => run([request('a', 10), request('b', arrivalMs)])).to.throw(RangeError, 'request b');
  });

  it('fails what is too long for a prompt, or for a prompt with its answer, on both sides, and keeps nothing of it', () => {
    const room = 400_000;
    const result = run([request('prompt', 0, 2_000_000, 5), request('answer', 1, room, 200_000), request('fits', 2)]);
    expect(statuses(result)).to.deep.equal(['failed', 'failed', 'completed']);
    expect(result.outcomes[0]!.error).to.include('2000000');
    expect(result.outcomes[1]!.error).to.include('KV room');
    // The other leg was called off: nobody waits for a rendezvous that never comes.
    expect(result.endMs).to.be.below(5000);
  });

  it('ends at once when nothing ever arrives', () => {
    const result = run([]);
    expect(result).to.deep.include({ outcomes: [], endMs: PACE.idleMs, iterations: 0 });
    expect(result.samples.map(({ atMs }) => atMs)).to.deep.equal([0, 0, 1000, 1000]);
  });
});

describe('a simulated cluster in strange weather', () => {
  it('comes through hours of silence', () => {
    const hourMs = 3_600_000;
    const result = run([request('a', 0), request('b', 5 * hourMs)], { tickMs: 10_000, sampleMs: 600_000 });
    expect(statuses(result)).to.deep.equal(['completed', 'completed']);
    const [early, late] = result.outcomes;
    expect(late!.firstTokenMs! - 5 * hourMs).to.be.closeTo(early!.firstTokenMs!, 1e-3);
    const idleW = GPU.power.idleW.at(-1)![1];
    const energyJ = result.samples.filter(({ instance }) => instance === 'd0').at(-1)!.energyJ;
    expect(energyJ / (5 * 3600)).to.be.within(idleW, idleW * 1.01);
  });

  it('under more load than it can take serves what it can, counts the rest as unfinished, and stops', () => {
    const schedule = Array.from({ length: 400 }, (_, i) => request(`r${i}`, i, 4000, 200));
    const result = run(schedule, { drainMs: 5000 });
    const completed = statuses(result).filter((status) => status === 'completed').length;
    expect(completed).to.be.within(1, 399);
    expect(statuses(result).filter((status) => status === 'unfinished')).to.have.length(400 - completed);
    expect(result.endMs).to.equal(399 + 5000);
    // Also those that had some of their tokens are counted with them.
    const told = result.outcomes.reduce((sum, { outputTokens }) => sum + outputTokens, 0);
    expect(result.tokens).to.equal(told);
  });

  it('puts requests back when KV is short, and still gives each its tokens once', () => {
    const gpu = { ...GPU, hbmBytes: GPU.hbmBytes * 0.27 };
    const specs = [SPECS[0]!, { ...SPECS[1]!, gpu, engine: { ...SPECS[1]!.engine, reservedDecodeTokens: 1 } }];
    const schedule = Array.from({ length: 60 }, (_, i) => request(`r${i}`, i, 400, 300));
    const result = run(schedule, {}, specs);
    expect(new Set(statuses(result))).to.deep.equal(new Set(['completed']));
    expect(result.outcomes.every(({ outputTokens, gapsMs }) => outputTokens === 300 && gapsMs.length === 299)).to.equal(true);
    // Somebody had to wait in the middle of an answer.
    expect(Math.max(...result.outcomes.flatMap(({ gapsMs }) => gapsMs.slice(1)))).to.be.above(200);
  });
});

describe('what a simulated cluster tells its listener', () => {
  const schedule = Array.from({ length: 60 }, (_, i) => request(`r${i}`, 40 * i, 300 + 37 * (i % 11), 2 + 17 * (i % 7)));

  it('in sums is what its clients see one by one', () => {
    const { outcomes, gaps, tokens } = run(schedule);
    const sorted = (values: number[]): string[] => values.map((gapMs) => gapMs.toFixed(6)).sort();
    const inSums = gaps.flatMap(({ gapMs, count }) => Array<number>(count).fill(gapMs));
    expect(sorted(inSums)).to.deep.equal(sorted(outcomes.flatMap(({ gapsMs }) => [...gapsMs])));
    expect(tokens).to.equal(schedule.reduce((sum, { maxTokens }) => sum + maxTokens, 0));
  });

  it('is the same whether it wants single tokens or not', () => {
    const sums = (token?: () => void) => {
      const heard: unknown[] = [];
      const listener = {
        ended: (outcome: unknown) => void heard.push(outcome),
        gaps: (...gaps: unknown[]) => void heard.push(gaps),
        tokens: (...tokens: unknown[]) => void heard.push(tokens),
        sample: (sample: unknown) => void heard.push(sample),
        ...(token && { token }),
      };
      return [simulateCluster({ specs: SPECS, schedule, control: controlOf(SPECS), ...PACE }, listener), heard];
    };
    expect(sums(() => undefined)).to.deep.equal(sums());
  });

  it('reads a schedule as it needs it, and never twice', () => {
    let read = 0;
    let ended = 0;
    let mostAhead = 0;
    function* endless(): Generator<WorkloadRequest> {
      for (const one of schedule) {
        read++;
        mostAhead = Math.max(mostAhead, read - ended);
        yield one;
      }
    }
    const listener = { ended: () => void ended++, gaps: () => undefined, tokens: () => undefined, sample: () => undefined };
    simulateCluster({ specs: SPECS, schedule: endless(), control: controlOf(SPECS), ...PACE }, listener);
    expect([read, ended]).to.deep.equal([60, 60]);
    expect(mostAhead).to.be.below(50);
  });
});

describe('a simulated cluster and prompts that begin alike', () => {
  it('computes a shared beginning once on an instance, and says what that saved', () => {
    const prefix = ['p', 'q', 'r'];
    const alike = [0, 1, 2].map((i) => ({ ...request(`r${i}`, 3000 * i, 2000), prefix }));
    const result = run(alike);
    expect(result.cachedTokens).to.equal(2 * 1536);
    const ttftMs = result.outcomes.map(({ firstTokenMs, sentMs }) => firstTokenMs! - sentMs);
    expect(ttftMs[1]).to.be.below(0.6 * ttftMs[0]!);
    expect(run(alike.map(({ prefix: _, ...rest }) => rest)).cachedTokens).to.equal(0);
  });
});

describe('a simulated cluster whose routing holds requests', () => {
  const holding = (untilMs: (nowMs: number) => number, holds: (question: Parameters<RoutingPolicy['choose']>[0]) => boolean) => {
    const asked: number[] = [];
    const routing: RoutingPolicy = {
      id: 'holding',
      choose(question) {
        asked.push(question.nowMs);
        if (holds(question)) return { kind: 'hold', untilMs: untilMs(question.nowMs), reason: '' };
        return { kind: 'placement', prefill: 'p0', decode: 'd0', reason: '' };
      },
    };
    const control = new FleetControl({
      instances: SPECS.map(({ id, role }) => ({
        id,
        role,
        gpuCount: 1,
        supportedMhz: clockTable(GPU),
        startMhz: 1410,
        predictor: predictorOf(id),
      })),
      slo: { ttftMs: 800, itlMs: 50 },
      governor: createGovernor('max', {}),
      routing,
      maxTransitionsPerS: 2,
      dwellMs: 400,
    });
    return { control, asked };
  };

  it('asks again when it was told to, and counts the wait', () => {
    const { control, asked } = holding(
      (nowMs) => nowMs + 70,
      ({ nowMs }) => nowMs < 200,
    );
    const { outcomes } = collectRun({ specs: SPECS, schedule: [request('a', 10)], control, ...PACE });
    expect(asked).to.deep.equal([10, 80, 150, 220]);
    expect(outcomes[0]!.firstTokenMs).to.be.above(220);
  });

  it('asks again when something ended before', () => {
    const { control, asked } = holding(
      () => Infinity,
      ({ prefill }) => prefill[0]!.load.waiting.length > 0,
    );
    const { outcomes } = collectRun({ specs: SPECS, schedule: [request('a', 0, 3000), request('b', 1, 3000)], control, ...PACE });
    expect(statuses({ outcomes } as CollectedRun)).to.deep.equal(['completed', 'completed']);
    expect(asked.length).to.be.within(3, 5);
  });

  it('gives up those that are held for ever', () => {
    const { control } = holding(
      () => Infinity,
      () => true,
    );
    const result = collectRun({ specs: SPECS, schedule: [request('a', 0)], control, ...PACE, drainMs: 1000 });
    expect(result.outcomes[0]).to.include({ status: 'unfinished', outputTokens: 0 });
    expect(result.endMs).to.equal(1000);
  });
});
