import { expect } from 'chai';
import type { ProfilePoint } from '../../../../../src/domain/profile.ts';
import type { Role } from '../../../../../src/domain/instance.ts';
import { adaptiveDesign } from '../../../../../src/runs/profiling/designs/adaptive.ts';
import { gridClocks } from '../../../../../src/runs/profiling/designs/grid.ts';
import { loadSpace } from '../../../../../src/runs/profiling/designs/loads.ts';
import type { FitSurrogate } from '../../../../../src/runs/profiling/designs/refine.ts';
import { measuredPoint } from '../../../../fixtures/world/measured-point.ts';
import { clocksMhz, engine, gpu, model } from '../../../../fixtures/world/shipped.ts';

const content: FitSurrogate = () => ({ heldOutPct: 0, disagreementPct: () => 0 });

const sweep = (role: Role, fit: FitSurrogate, { devicesSeed, most = 500 }: { devicesSeed?: number; most?: number } = {}) => {
  const space = loadSpace(role, { gpu, model, engine, tp: 1 });
  const designer = adaptiveDesign({ space, clocksMhz, gridClocksMhz: gridClocks(clocksMhz), fit, seed: 1, targetPct: 2 });
  const measure = measuredPoint(role, devicesSeed);
  const points: ProfilePoint[] = [];
  const why: string[] = [];
  for (let next = designer.next(points); next && points.length < most; next = designer.next(points)) {
    points.push(measure(next));
    why.push(next.why);
  }
  return { points, why, space };
};

/** Prompt lengths up to `most` after which one token more costs a twentieth more, by the device's own truth. */
const tokenStepsOf = (devicesSeed: number, most: number): number[] => {
  const measure = measuredPoint('prefill', devicesSeed);
  const latencyMs = (tokens: number): number => measure({ clockMhz: 1410, batch: 1, tokens, why: '' }).latencyMs;
  return Array.from({ length: most - 65 }, (_, i) => 64 + i).filter((tokens) => latencyMs(tokens + 1) / latencyMs(tokens) > 1.07);
};

/** Batches after which one request more costs a tenth more, by the device's own truth. */
const stepsOf = (devicesSeed: number, tokens: number): number[] => {
  const measure = measuredPoint('decode', devicesSeed);
  const latencyMs = (batch: number): number => measure({ clockMhz: 1410, batch, tokens, why: '' }).latencyMs;
  return Array.from({ length: 512 - 64 }, (_, i) => 64 + i).filter((batch) => latencyMs(batch + 1) / latencyMs(batch) > 1.1);
};

describe('the adaptive design', () => {
  it('begins with a coarse grid over all clocks in random order, both ends included', () => {
    const { points, why } = sweep('decode', content);
    const grid = points.filter((_, i) => why[i] === 'coarse grid');
    const clocks = grid.slice(0, 5).map(({ requestedClockMhz }) => requestedClockMhz);
    expect([...clocks].sort((a, b) => a - b)).to.deep.equal(gridClocks(clocksMhz));
    expect(clocks).to.not.deep.equal([...clocks].sort((a, b) => a - b));
    expect(new Set(grid.map(({ batch }) => batch)))
      .to.include(1)
      .and.include(512);
  });

  it('then finds every batch step of each device, which differ, at the highest clock', () => {
    for (const devicesSeed of [1, 2, 3, 4]) {
      const { points, why, space } = sweep('decode', content, { devicesSeed });
      const rungs = points.filter((_, i) => why[i] === 'batch steps');
      expect(new Set(rungs.map(({ requestedClockMhz }) => requestedClockMhz))).to.deep.equal(new Set([1410]));
      const batches = rungs.map(({ batch }) => batch).sort((a, b) => a - b);
      const steps = stepsOf(devicesSeed, space.tokens[0]);
      expect(steps).to.have.length.above(2);
      for (const step of steps) {
        const above = batches.findIndex((batch) => batch > step);
        const width = batches[above]! - batches[above - 1]!;
        expect(width, `step at ${step} of ${devicesSeed}`).to.be.at.most(Math.ceil(step / 64));
      }
    }
  });

  it('finds the steps in the tokens of prompts as well', () => {
    for (const devicesSeed of [1, 2, 3]) {
      const { points, why } = sweep('prefill', content, { devicesSeed });
      const rungs = points.filter((_, i) => why[i] === 'token steps');
      const tokens = rungs.map(({ promptTokens }) => promptTokens!).sort((a, b) => a - b);
      const steps = tokenStepsOf(devicesSeed, tokens.at(-1)!);
      expect(steps).to.have.length.above(2);
      for (const step of steps) {
        const above = tokens.findIndex((one) => one > step);
        expect(tokens[above]! - tokens[above - 1]!, `step at ${step} of ${devicesSeed}`).to.be.at.most(Math.ceil(step / 64));
      }
    }
  });

  it('has prompts that share an iteration in its grid, up to what an iteration takes, all of which fit', () => {
    const { points, why, space } = sweep('prefill', content);
    const grid = points.filter((_, i) => why[i] === 'coarse grid');
    const batches = new Set(grid.map(({ batch }) => batch));
    expect(batches.size).to.be.at.least(4);
    expect(Math.max(...batches)).to.equal(space.batch[1]);
    const totals = grid.map(({ batch, promptTokens }) => batch * promptTokens!);
    expect(Math.max(...totals)).to.be.within(0.95 * engine.chunkTokens, engine.chunkTokens);
    expect(points.every(({ batch, promptTokens }) => batch * promptTokens! <= engine.chunkTokens)).to.equal(true);
  });

  it('looks for no step at a load that was not admitted, and does not ask for it again', () => {
    const space = loadSpace('decode', { gpu, model, engine, tp: 1 });
    const designer = adaptiveDesign({ space, clocksMhz, gridClocksMhz: [1410], fit: content, seed: 1, targetPct: 2 });
    const measure = measuredPoint('decode');
    const points: ProfilePoint[] = [];
    const asked: number[] = [];
    for (let next = designer.next(points); next && asked.length < 200; next = designer.next(points)) {
      const refused = next.batch > 300;
      if (next.why === 'batch steps') asked.push(next.batch);
      points.push(refused ? { ...measure(next), latencyMs: 0, samples: 0, valid: false, reasons: ['queueing'] } : measure(next));
    }
    expect(asked).to.have.length.within(8, 60);
    expect(new Set(asked)).to.have.length(asked.length);
    expect(asked.filter((batch) => batch > 300).every((batch) => batch % 64 === 0)).to.equal(true);
  });

  it('then measures where two models contradict each other, and stops when the held-out error is small enough', () => {
    const doubtful: FitSurrogate = (points) => ({
      heldOutPct: points.length < 90 ? 10 : 1,
      disagreementPct: (_, clockMhz) => (clockMhz < 600 ? 30 : 0),
    });
    const { points, why } = sweep('decode', doubtful);
    const refined = points.filter((_, i) => why[i]!.startsWith('models differ'));
    expect(points.length).to.be.within(90, 94);
    const slow = refined.filter(({ requestedClockMhz }) => requestedClockMhz < 600).length;
    expect(slow / refined.length).to.be.above(0.8);
  });

  it('spreads its points where nothing is known of their worth', () => {
    const { points, why } = sweep('prefill', () => null, { most: 110 });
    const refined = points.filter((_, i) => why[i]!.startsWith('models differ'));
    const lengths = refined.map(({ promptTokens }) => promptTokens!);
    expect(new Set(refined.map(({ promptTokens, requestedClockMhz }) => `${promptTokens} ${requestedClockMhz}`))).to.have.length(
      refined.length,
    );
    expect(Math.min(...lengths)).to.be.below(300);
    expect(Math.max(...lengths)).to.be.above(3000);
  });

  it('fits once a round, not once a point', () => {
    let fits = 0;
    const counted: FitSurrogate = () => {
      fits += 1;
      return { heldOutPct: 10, disagreementPct: () => 1 };
    };
    const { why } = sweep('prefill', counted, { most: 120 });
    const refined = why.filter((reason) => reason.startsWith('models differ')).length;
    expect(refined).to.be.above(30);
    expect(fits).to.be.within(Math.floor(refined / 4), Math.ceil(refined / 4) + 1);
  });
});
