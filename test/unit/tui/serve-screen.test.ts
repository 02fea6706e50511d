import { expect } from 'chai';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { serveScreenOf } from '../../../src/tui/serve-screen.ts';
import { afterServeEvent, initialServeState, type ServeEvent, type ServeState } from '../../../src/tui/serve-state.ts';
import { instanceSnapshot, snapshot } from '../../fixtures/tui/snapshots.ts';

const OUTLINE = {
  title: 'voltana serve: four',
  evidence: 'emulated',
  slo: { ttftMs: 1000, itlMs: 50 },
  launcher: 'launched',
  governor: 'slo',
  routing: 'eco',
  warnings: [],
};
const told = (events: readonly ServeEvent[], outline = {}): ServeState =>
  events.reduce(afterServeEvent, initialServeState({ ...OUTLINE, ...outline }));
const seen = (...snapshots: readonly Snapshot[]): ServeEvent[] => snapshots.map((one) => ({ kind: 'observed', snapshot: one }));

const metered = (atMs: number, energyJ: number, powerW: number | null = 100) => ({ powerW, energyJ, meteredAtMs: atMs });
const served = (atMs: number, energyJ: number, outputTokens: number, over: Partial<Snapshot> = {}): Snapshot =>
  snapshot({ atMs, firstRequestAtMs: 1000, outputTokens, instances: [instanceSnapshot('d0', metered(atMs, energyJ))], ...over });

describe('screen of a served cluster', () => {
  it('says how full an instance is, and nothing where nobody knows its room', () => {
    const instances = [
      instanceSnapshot('p0', { tokens: 10, kvCapacityTokens: null }),
      instanceSnapshot('d0', { tokens: 2500, kvCapacityTokens: 10_000 }),
      instanceSnapshot('d1', { tokens: 2500 }),
    ];
    expect(serveScreenOf(told(seen(snapshot({ instances }))), 1).instances.map(({ kvPct }) => kvPct)).to.deep.equal([null, 25, null]);
  });

  it('marks who is not well; one that is dead shows no clock and no watts of its life', () => {
    const clocks = { askedMhz: 1005, appliedMhz: 1005 };
    const instances = [
      instanceSnapshot('d0', { ...clocks, health: 'down', ...metered(0, 5, null) }),
      instanceSnapshot('d1', { ...clocks, health: 'down', ...metered(0, 5, 80) }),
      instanceSnapshot('d2', { ...clocks, health: 'probing', ...metered(0, 5, null) }),
      instanceSnapshot('d3', { ...clocks, ...metered(0, 5, 80) }),
    ];
    const rows = serveScreenOf(told(seen(snapshot({ instances }))), 1).instances;
    expect(rows.map(({ health, askedMhz, appliedMhz, powerW }) => [health, askedMhz, appliedMhz, powerW])).to.deep.equal([
      ['down', null, null, null],
      ['down', 1005, 1005, 80],
      ['probing', 1005, 1005, null],
      [undefined, 1005, 1005, 80],
    ]);
  });

  it('passes on what its gateway tells of decisions, latencies, maps and tuning, and leaves out what it does not', () => {
    const decision = { domain: 'd0', atMs: 1, fromMhz: 1410, requestedMhz: 1005, appliedMhz: 1005, reason: 'load' };
    const histogram = { unit: 'ms', bounds: [10, 20], counts: [3, 1] } as const;
    const tuning: NonNullable<Snapshot['tuning']> = {
      ...{ stage: 'canary' as const, stageSinceMs: 2000, reason: 'why', burnRates: [], governed: 2, domains: 4, thrift: 1, savedPct: 12.3 },
    };
    const full = snapshot({
      ...{ atMs: 5000, decisions: [decision], lastDecision: decision, tuning },
      histograms: { windowS: 60, ttftMs: histogram, itlMs: histogram },
    });
    const map = { role: 'decode', instance: 'd0' } as never;
    const drawn = serveScreenOf(told([...seen(full), { kind: 'mapped', maps: [map] }]), 1);
    const shown = { instance: 'd0', fromMhz: 1410, toMhz: 1005, reason: 'load' };
    expect(drawn.decisions).to.deep.equal([shown]);
    expect(drawn.decision).to.deep.equal(shown);
    expect(drawn.energyMaps).to.deep.equal([map]);
    expect(drawn.histograms).to.deep.equal([
      { name: 'TTFT', sloMs: 1000, boundsMs: [10, 20], counts: [3, 1] },
      { name: 'gaps', sloMs: 50, boundsMs: [10, 20], counts: [3, 1] },
    ]);
    expect(drawn.tuning).to.deep.include({ stage: 'canary', stageS: 3, governed: 2, domains: 4, savedPct: 12.3 });
    expect(serveScreenOf(told(seen(snapshot())), 1)).to.not.have.any.keys('decisions', 'histograms', 'energyMaps', 'tuning');
  });

  it('counts joules since the first request, or since somebody looks, and says a saving only as live tuning saw it', () => {
    const text = (...snapshots: Snapshot[]): string => serveScreenOf(told(seen(...snapshots)), 1).figure!.text;
    expect(text(served(1000, 700, 0), served(5000, 1100, 400))).to.equal('400 J so far, 1.000 J per output token, 100 W now');
    expect(text(served(90_000, 9000, 5000), served(94_000, 9400, 5800))).to.equal(
      '400 J in 0:04 of looking, 0.500 J per output token, 100 W now',
    );
    const tuning = { stage: 'all', stageSinceMs: 0, reason: '', burnRates: [], governed: 4, domains: 4, thrift: 1, savedPct: 20 } as const;
    expect(text(served(1000, 700, 0, { tuning }))).to.include('governed -20.0 % per token beside the highest clock');
    expect(text(snapshot())).to.equal('no meter here');
  });

  it('begins to count anew where another gateway answers', () => {
    const state = told(seen(served(50_000, 9000, 5000), served(1500, 60, 10), served(5500, 460, 410)));
    expect(serveScreenOf(state, 1).figure!.text).to.match(/^4\d\d J so far/);
  });

  it('goes on counting when one of its engines dies', () => {
    const both = (atMs: number, energyJ: number, other: number | null) =>
      snapshot({
        ...{ atMs, firstRequestAtMs: 1000, outputTokens: atMs },
        instances: [instanceSnapshot('d0', metered(atMs, energyJ)), instanceSnapshot('d1', metered(1000, 50, other))],
      });
    const state = told(seen(both(1000, 0, 100), both(5000, 400, null)));
    expect(serveScreenOf(state, 1).figure!.text).to.equal('400 J so far, 0.080 J per output token, 100 W now');
  });

  it('watched: two phases; a gateway that does not answer is said, with how old the picture is', () => {
    const state = told(
      [{ kind: 'serving', url: 'http://g' }, ...seen(snapshot({ governor: 'mpc' })), { kind: 'silent', reason: 'gone', heardAtS: 10 }],
      {
        watched: true,
      },
    );
    const { phases, warnings } = serveScreenOf(state, 17.2);
    expect(phases.map(({ name, status }) => [name, status])).to.deep.equal([
      ['gateway', 'done'],
      ['serving', 'stopped'],
    ]);
    expect(phases[0]!.note).to.equal('http://g/v1, governor mpc, routing eco');
    expect(phases[1]!.note, 'where a low window has no room for warnings').to.equal('what is shown is 7 s old, asking again: gone');
    expect(warnings[0]).to.equal('what is shown is 7 s old, asking again: gone');
    const back = afterServeEvent(state, { kind: 'observed', snapshot: snapshot() });
    expect(serveScreenOf(back, 18)).to.deep.include({ warnings: [] });
  });

  it('a count that nobody told is a dash, never 0', () => {
    const requests = { inFlight: NaN, queued: NaN, completed: NaN, failed: NaN, cancelled: NaN, rerouted: NaN };
    const { phases } = serveScreenOf(told([{ kind: 'serving', url: 'u' }, ...seen(snapshot({ requests, outputTokens: NaN }))]), 1);
    expect(phases[2]!.note).to.equal('- under way, - completed, - output tokens');
  });
});
