import { expect } from 'chai';
import type { EnergyMap } from '../../../src/domain/energy-map.ts';
import type { ProfilePoint } from '../../../src/domain/profile.ts';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import type { DemoEvent, DemoOutline } from '../../../src/tui/demo-event.ts';
import { screenOf } from '../../../src/tui/demo-screen.ts';
import { afterEvent, initialState } from '../../../src/tui/demo-state.ts';
import { instanceSnapshot, snapshot } from '../../fixtures/tui/snapshots.ts';

const outline: DemoOutline = {
  title: 'voltana demo: a model',
  workload: '160 requests of azure-conv-2023',
  requests: 160,
  slo: { ttftMs: 1000, itlMs: 50 },
  expectedS: 90,
  instances: [
    { id: 'p0', role: 'prefill', gpuCount: 1 },
    { id: 'd0', role: 'decode', gpuCount: 2 },
  ],
  runs: { baseline: { governor: 'max', routing: 'least-requests' }, candidate: { governor: 'slo', routing: 'eco' } },
};
const point = (over: Partial<ProfilePoint>): ProfilePoint => ({
  instance: 'd0',
  phase: 'decode',
  clockMhz: 990,
  requestedClockMhz: 1005,
  batch: 24,
  contextTokens: 512.5,
  latencyMs: 31,
  powerW: 120,
  energyJ: 7,
  integratedEnergyJ: null,
  latencyCi95Pct: null,
  appliedClocks: [],
  control: false,
  samples: 9,
  valid: true,
  capped: true,
  reasons: [],
  ...over,
});
const record = (joulesPerOutputToken: number) =>
  ({ energyJ: { total: 21_500.4 }, joulesPerOutputToken, sloAttainment: { joint: 0.9875 } }) as RunRecord;

const STARTED: DemoEvent = { kind: 'started', instances: [], seconds: 1.25 };
const MEASURED: DemoEvent = { kind: 'measured', point: point({}), done: 7, total: 60 };
const PROFILED: DemoEvent = { kind: 'profiled', profile: { points: [point({}), point({ valid: false })] } as never, seconds: 25.04 };
const FITTED: DemoEvent = {
  kind: 'fitted',
  fitted: { quality: { prefill: { latencyMapePct: 0.94 }, decode: { latencyMapePct: null } } } as never,
  energyMaps: [],
};
const SERVING: DemoEvent = { kind: 'serving', which: 'baseline' };
const PROGRESS: DemoEvent = { kind: 'progress', which: 'baseline', sent: 85, ended: 70 };
const decision = { domain: 'd0', atMs: 3, fromMhz: 750, requestedMhz: 690, appliedMhz: 690, reason: 'least energy within ITL' };
const OBSERVED: DemoEvent = {
  kind: 'observed',
  which: 'baseline',
  snapshot: snapshot({
    lastDecision: decision,
    warnings: ['p0: clock not read'],
    instances: [
      instanceSnapshot('p0'),
      instanceSnapshot('d0', {
        askedMhz: 690,
        appliedMhz: 690,
        powerW: 151,
        requests: 23,
        tokens: 4567,
        latency: { p50Ms: 31, p95Ms: 44 },
        lastReason: 'least energy within ITL',
      }),
    ],
  }),
};
const SERVED: DemoEvent = { kind: 'served', which: 'baseline', record: record(1.06) };

const after = (...events: DemoEvent[]) => screenOf(events.reduce(afterEvent, initialState(outline)), 12);
const phasesAfter = (...events: DemoEvent[]): string[] => after(...events).phases.map(({ name, status }) => `${name} ${status}`);

describe('demo screen', () => {
  it('moves from phase to phase as the demo does', () => {
    expect(phasesAfter()).to.deep.equal(['cluster running', 'profile waiting', 'fit waiting', 'baseline waiting', 'candidate waiting']);
    expect(phasesAfter(STARTED)[1]).to.equal('profile running');
    expect(phasesAfter(STARTED, PROFILED)[2]).to.equal('fit running');
    expect(phasesAfter(STARTED, PROFILED, FITTED, SERVING)).to.deep.equal([
      'cluster done',
      'profile done',
      'fit done',
      'baseline running',
      'candidate waiting',
    ]);
    expect(phasesAfter(STARTED, PROFILED, FITTED, SERVING, SERVED)[4]).to.equal('candidate running');
    expect(phasesAfter(STARTED, PROFILED, FITTED, SERVING, SERVED, { ...SERVED, which: 'candidate' })).to.satisfy((all: string[]) =>
      all.every((one) => one.endsWith('done')),
    );
  });

  it('says where it was stopped', () => {
    expect(phasesAfter(STARTED, PROFILED, FITTED, SERVING, { kind: 'stopped' })[3]).to.equal('baseline stopped');
  });

  it('shows a bar only for the phase under way, and what came out of those that are done', () => {
    const { phases } = after(STARTED, MEASURED, PROFILED, FITTED, SERVING, PROGRESS);
    expect(phases.map(({ progress }) => progress?.text)).to.deep.equal([
      undefined,
      undefined,
      undefined,
      '70 of 160 done, 85 sent',
      undefined,
    ]);
    expect(phases[1]!.note).to.equal('1 of 2 points valid, in 25.0 s');
    expect(phases[2]!.note).to.equal('mean error on held-out points: prefill 0.9 %, decode n/a');
    expect(after(STARTED, MEASURED).phases[1]!.progress).to.deep.equal({ done: 7, total: 60, text: '7 of 60 points' });
    expect(after(STARTED, PROFILED, SERVING, SERVED).phases[3]!.note).to.equal('max: 1.060 J per output token, SLO kept 98.8 %, 21500 J');
  });

  it('while it profiles, a row is the last point of its instance: all its GPUs, all tokens of the batch', () => {
    const { instances, measuring } = after(STARTED, MEASURED);
    expect(measuring).to.equal('profile');
    expect(instances[0]).to.deep.include({ id: 'p0', askedMhz: null, powerW: null, p50Ms: null });
    expect(instances[1]).to.deep.include({
      askedMhz: 1005,
      appliedMhz: 990,
      powerW: 240,
      requests: 24,
      tokens: 12_300,
      p50Ms: 31,
      p95Ms: null,
    });
  });

  it('fills a grid while it profiles, and shows what the fit says of it from then on', () => {
    const axes = { instance: 'd0', role: 'decode', clocksMhz: [210, 1005, 1410], loads: [8, 24] } as const;
    const measured = after(STARTED, { kind: 'planned', axes: [axes] }, MEASURED);
    expect(measured.grids?.[0]?.cells).to.deep.equal([
      [null, null, null],
      [null, 7 / 24, null],
    ]);
    const map = { role: 'decode', instance: 'd0' } as unknown as EnergyMap;
    const fitted = after(STARTED, { kind: 'planned', axes: [axes] }, MEASURED, PROFILED, { ...FITTED, energyMaps: [map] });
    expect(fitted.energyMaps).to.deep.equal([map]);
    expect(fitted, 'one picture at a time').not.to.have.property('grids');
  });

  it('while it serves, a row is what the gateway says', () => {
    const { instances, measuring, decision: last, warnings } = after(STARTED, MEASURED, PROFILED, FITTED, SERVING, OBSERVED);
    expect(measuring).to.equal('serving');
    expect(instances[0], 'nothing of the profile is left').to.deep.include({ askedMhz: null, requests: 0 });
    expect(instances[1]).to.deep.include({
      askedMhz: 690,
      powerW: 151,
      requests: 23,
      tokens: 4567,
      p50Ms: 31,
      p95Ms: 44,
      reason: 'least energy within ITL',
    });
    expect(last).to.deep.equal({ instance: 'd0', fromMhz: 750, toMhz: 690, reason: 'least energy within ITL' });
    expect(warnings).to.deep.equal(['p0: clock not read']);
  });

  it('says in every state that its joules are modelled', () => {
    for (const events of [[], [STARTED], [STARTED, PROFILED, FITTED, SERVING, OBSERVED]])
      expect(after(...events).evidence).to.match(/^emulated: modelled joules/);
  });
});
