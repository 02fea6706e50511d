import { expect } from 'chai';
import type { RecordedPoint } from '../../../src/domain/profile.ts';
import { emptyGrid, gridLoads, withPoint } from '../../../src/tui/profile-grid.ts';
import { profileScreenOf } from '../../../src/tui/profile-screen.ts';
import { afterProfileEvent, initialProfileState, type ProfileEvent, type ProfileOutline } from '../../../src/tui/profile-state.ts';
import { validateScreen } from '../../../src/schemas/compiled/validators.js';

const outline: ProfileOutline = {
  title: 'voltana profile: c',
  evidence: 'emulated: modelled joules; m on g',
  slo: { ttftMs: 1000, itlMs: 50 },
  instances: [
    { id: 'p0', role: 'prefill', gpuCount: 1 },
    { id: 'd0', role: 'decode', gpuCount: 2 },
  ],
  budgetGpuS: 300,
  virtualTime: false,
};
const point = (over: Partial<RecordedPoint> = {}): RecordedPoint => ({
  instance: 'd0',
  phase: 'decode',
  clockMhz: 990,
  requestedClockMhz: 1005,
  batch: 24,
  contextTokens: 512,
  latencyMs: 31,
  powerW: 120,
  energyJ: 6,
  integratedEnergyJ: null,
  latencyCi95Pct: null,
  appliedClocks: [],
  control: false,
  samples: 9,
  valid: true,
  capped: false,
  reasons: [],
  ...over,
});
const prompt = (over: Partial<RecordedPoint> = {}): RecordedPoint => {
  const { contextTokens: _, ...rest } = point();
  return { ...rest, instance: 'p0', phase: 'prefill', batch: 2, promptTokens: 512, ...over };
};
const axes = { instance: 'd0', role: 'decode', clocksMhz: [210, 1005, 1410], loads: [1, 8, 32] } as const;
const OPENED: ProfileEvent = {
  kind: 'opened',
  sweeps: [
    { axes: { ...axes, instance: 'p0', role: 'prefill', loads: [512, 1024] }, planned: 10, before: [], gpuSeconds: 0 },
    { axes, planned: 3, before: [point({ batch: 1 })], gpuSeconds: 40 },
  ],
};
const after = (...events: ProfileEvent[]) => profileScreenOf(events.reduce(afterProfileEvent, initialProfileState(outline)), 12);
const measured = (one: RecordedPoint, gpuSeconds: number): ProfileEvent => ({ kind: 'measured', point: one, gpuSeconds });

describe('profile grid', () => {
  it('a point lands in the cell that is nearest in ratio, as joules per token', () => {
    expect(withPoint(emptyGrid(axes), point()).cells[2]).to.deep.equal([null, 6 / 24, null]);
    const prefill = emptyGrid({ ...axes, role: 'prefill', loads: [512, 1024] });
    expect(withPoint(prefill, prompt()).cells[1]).to.deep.equal([null, 6 / 1024, null]);
  });

  it('one that does not count says so until one does; what was measured first stays', () => {
    const invalid = withPoint(emptyGrid(axes), point({ valid: false, reasons: ['the clock moved'] }));
    expect(invalid.cells[2]![1]).to.equal('invalid');
    const valid = withPoint(invalid, point());
    expect(valid.cells[2]![1]).to.equal(0.25);
    expect(withPoint(valid, point({ energyJ: 60 })).cells[2]![1]).to.equal(0.25);
    expect(withPoint(valid, point({ valid: false })).cells[2]![1]).to.equal(0.25);
  });

  it('control points, and points of which nobody knows the clock or the joules, are no part of it', () => {
    const empty = emptyGrid(axes);
    for (const over of [{ control: true }, { requestedClockMhz: null }, { energyJ: null }])
      expect(withPoint(empty, point(over))).to.equal(empty);
  });

  it('loads that are nearly the same share a row', () => {
    expect(gridLoads([4096, 32, 4090, 4092, 512])).to.deep.equal([32, 512, 4090]);
  });
});

describe('profile screen', () => {
  it('one phase for each instance, with GPU seconds of those allowed and the most that can be left', () => {
    const { phases } = after(OPENED, { kind: 'begun' }, { kind: 'idled', instance: 'p0', gpuSeconds: 3 }, measured(prompt(), 60));
    expect(phases.map(({ name, status }) => `${name} ${status}`)).to.deep.equal(['cluster done', 'p0 running', 'd0 waiting']);
    expect(phases[1]!.progress).to.deep.equal({ done: 60, total: 300, text: '60 of 300 GPU s' });
    // 240 s of one GPU, then 260 GPU seconds of two.
    expect(phases[1]!.note).to.equal('grid 1 of 10, at most 6:10 left');
    expect(after().phases[0]!.status).to.equal('running');
  });

  it('goes on from what an earlier session measured, and ends with what counts', () => {
    const events = [OPENED, { kind: 'begun' } as const, measured(point({ batch: 8, valid: false, reasons: ['the clock moved'] }), 70)];
    const { phases, warnings, grids, figure } = after(...events);
    expect(phases[1]!.status).to.equal('done');
    expect(phases[2]!.note).to.match(/^grid 2 of 3/);
    expect(grids?.[1]?.cells.map((row) => row[1])).to.deep.equal([6, 'invalid', null]);
    expect(warnings).to.deep.equal(['1 point not valid: the clock moved']);
    expect(figure?.text).to.equal('d0: 1005 MHz, batch 8 x 512 tokens: 31.00 ms, 120 W, not valid');
    expect(after(...events, { kind: 'done' }).phases[2]!.note).to.equal('1 of 2 points valid, in 70 GPU s');
    expect(after(...events, { kind: 'stopped' }).phases[2]!.status).to.equal('stopped');
  });

  it('on virtual time it promises no minutes', () => {
    const state = [OPENED, measured(prompt(), 60)].reduce(afterProfileEvent, initialProfileState({ ...outline, virtualTime: true }));
    expect(profileScreenOf(state, 1).phases[1]!.note).to.equal('grid 1 of 10');
  });

  it('every state is one that the screen takes', () => {
    for (const events of [[], [OPENED], [OPENED, measured(prompt(), 60)], [OPENED, measured(prompt({ powerW: null, energyJ: null }), 1)]])
      expect(validateScreen(after(...events)), JSON.stringify(validateScreen.errors)).to.equal(true);
  });
});
