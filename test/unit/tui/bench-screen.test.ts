import { expect } from 'chai';
import type { ThresholdResult } from '../../../src/domain/judgement.ts';
import { validateScreen } from '../../../src/schemas/compiled/validators.js';
import { benchScreenOf } from '../../../src/tui/bench-screen.ts';
import { afterBenchEvent, initialBenchState, type BenchEvent, type BenchFigures, type BenchOutline } from '../../../src/tui/bench-state.ts';
import { instanceSnapshot, snapshot } from '../../fixtures/tui/snapshots.ts';

const outline: BenchOutline = {
  title: 'voltana bench: c',
  load: 'azure-conv-2023 at 8.00/s',
  slo: { ttftMs: 1000, itlMs: 50 },
  opening: { name: 'cluster', note: 'governor slo, routing eco' },
  steps: ['repeat 1', 'repeat 2'],
  expectedS: 90,
};
const missed: ThresholdResult = { text: 'ttft.p99<5', metric: 'ttft.p99', operator: '<', limit: 5, value: 829.4, ok: false };
const figures: BenchFigures = {
  offered: 40,
  spanS: 5,
  sentPerS: 8.02,
  lateP99Ms: 1.25,
  late: 0,
  failed: 0,
  joint: 0.975,
  goodputPerS: 7.8,
  powerW: 412,
  joulesPerToken: 0.512,
  ttftMs: { unit: 'ms', bounds: [100, 200], counts: [30, 10] },
  itlMs: { unit: 'ms', bounds: [20, 40], counts: [900, 100] },
  thresholds: [missed, { ...missed, text: 'slo.joint>=50%', ok: true }],
};
const OPENED: BenchEvent = { kind: 'opened', slo: { ttftMs: 800, itlMs: 40 }, evidence: 'measured', noMeter: null };
const MEASURING: BenchEvent[] = [
  OPENED,
  { kind: 'warming', step: 0 },
  { kind: 'measuring', step: 0, requests: 160 },
  { kind: 'progress', sent: 60, ended: 40 },
];
const stateAfter = (...events: BenchEvent[]) => events.reduce(afterBenchEvent, initialBenchState(outline));
const after = (...events: BenchEvent[]) => benchScreenOf(stateAfter(...events), 12);
const drawn = (over: Partial<BenchFigures>) => benchScreenOf({ ...stateAfter(...MEASURING), figures: { ...figures, ...over } }, 12);

describe('bench screen', () => {
  it('moves from the cluster through warm-up and repeats', () => {
    const phases = (...events: BenchEvent[]): string[] => after(...events).phases.map(({ name, status }) => `${name} ${status}`);
    expect(phases()).to.deep.equal(['cluster running', 'repeat 1 waiting', 'repeat 2 waiting']);
    expect(after(OPENED, { kind: 'warming', step: 0 }).phases[1]!.note).to.equal('warming up: nothing counts yet');
    expect(after(...MEASURING).phases[1]!.progress).to.deep.equal({ done: 40, total: 160, text: '40 ended, 60 sent of 160' });
    const second = after(...MEASURING, { kind: 'warming', step: 1 });
    expect(second.phases[1]!.note).to.equal('40 of 60 sent have ended');
    expect(phases(...MEASURING, { kind: 'stopped' })[1]).to.equal('repeat 1 stopped');
    expect(phases(...MEASURING, { kind: 'done' }).every((phase) => phase.endsWith('done'))).to.equal(true);
  });

  it('of a thousand repeats it draws those around the present one', () => {
    const steps = Array.from({ length: 1000 }, (_, i) => `repeat ${i + 1}`);
    const names = (step: number): string[] =>
      benchScreenOf(afterBenchEvent(initialBenchState({ ...outline, steps }), { kind: 'warming', step }), 0).phases.map(({ name }) => name);
    expect(names(499)).to.deep.equal(['cluster', 'repeat 498', 'repeat 499', 'repeat 500', 'repeat 501', 'repeat 502']);
    expect(names(0)[1]).to.equal('repeat 1');
    expect(names(999).at(-1)).to.equal('repeat 1000');
  });

  it('says what is known so far, and which thresholds are not kept', () => {
    const { figure, warnings, phases, histograms } = drawn({});
    expect(figure?.text).to.equal('SLO kept 97.5 %, goodput 7.80/s, 0.512 J per output token, 412 W now, 1 of 2 thresholds kept');
    expect(warnings).to.deep.equal(['threshold ttft.p99<5: not kept so far, at 829.400']);
    expect(phases[1]!.note).to.equal('8.0 sent/s, late p99 1.3 ms');
    expect(histograms?.map(({ name, sloMs }) => `${name} ${sloMs}`)).to.deep.equal(['TTFT 800', 'gaps 40']);
  });

  it('without a meter there is no word of joules, and too few requests say nothing', () => {
    expect(drawn({ powerW: null, joulesPerToken: null }).figure?.text).not.to.match(/J|W/);
    expect(after({ ...OPENED, noMeter: 'none here' }).evidence).to.match(/^measured; no meter; /);
    expect(drawn({ offered: 2 })).to.satisfy(
      ({ figure, warnings }: ReturnType<typeof drawn>) => figure?.text === 'no request has ended yet' && warnings.length === 0,
    );
  });

  it('shows the fleet of a gateway, and none where there is no gateway', () => {
    expect(after(...MEASURING).instances).to.deep.equal([]);
    const observed = snapshot({ instances: [instanceSnapshot('p0'), instanceSnapshot('d0', { powerW: 151 })], warnings: ['p0: not read'] });
    const { instances, warnings } = after(...MEASURING, { kind: 'observed', snapshot: observed });
    expect(instances.map(({ id, powerW }) => `${id} ${powerW}`)).to.include('d0 151');
    expect(warnings).to.deep.equal(['p0: not read']);
  });

  it('every state is one that the screen takes', () => {
    for (const state of [after(), after(OPENED), drawn({}), drawn({ lateP99Ms: null, sentPerS: null })])
      expect(validateScreen(state), JSON.stringify(validateScreen.errors)).to.equal(true);
  });
});
