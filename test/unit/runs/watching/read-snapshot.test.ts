import { expect } from 'chai';
import fc from 'fast-check';
import { readEnergyMaps } from '../../../../src/runs/watching/read-maps.ts';
import { readSnapshot } from '../../../../src/runs/watching/read-snapshot.ts';
import { renderSnapshot, summaryLine } from '../../../../src/reporting/snapshot.ts';
import { serveScreenOf } from '../../../../src/tui/serve-screen.ts';
import { afterServeEvent, initialServeState } from '../../../../src/tui/serve-state.ts';
import { instanceSnapshot, snapshot } from '../../../fixtures/tui/snapshots.ts';

const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f]/;
const OUTLINE = { title: '', evidence: '', launcher: '', governor: '', routing: '', warnings: [] };

describe('a snapshot of somebody else', () => {
  it('of this version comes back as it is', () => {
    const decision = { domain: 'd0', atMs: 1, fromMhz: 1410, requestedMhz: 1005, appliedMhz: null, reason: 'load' };
    const histogram = { unit: 'ms', bounds: [10, 20], counts: [3, 1] } as const;
    const full = snapshot({
      mode: 'emulated',
      cluster: { name: 'a', model: 'b', gpu: 'c' },
      instances: [instanceSnapshot('p0', { kvCapacityTokens: null }), instanceSnapshot('d0', { health: 'down', kvCapacityTokens: 5 })],
      lastDecision: decision,
      decisions: [decision],
      histograms: { windowS: 60, ttftMs: histogram, itlMs: histogram },
      tuning: { stage: 'all', stageSinceMs: 1, reason: 'r', burnRates: [], governed: 1, domains: 2, thrift: 1, savedPct: null },
      warnings: ['one'],
    });
    expect(readSnapshot(JSON.parse(JSON.stringify(full)))).to.deep.equal(full);
  });

  it('of another version: what is missing is unknown, never 0, and what is strange is left out', () => {
    const read = readSnapshot({
      kind: 'snapshot',
      instances: [
        { id: 'd0', role: 'decode', askedMhz: 'fast', health: 'resting' },
        { id: 7, role: 'decode' },
        { id: 'x', role: 'judge' },
        null,
      ],
      tuning: { stage: 'dreaming' },
      decisions: [{}, 3],
      warnings: ['w', 4],
      news: true,
    })!;
    expect(read.instances).to.have.length(1);
    expect(read.instances[0]).to.deep.include({
      id: 'd0',
      domain: 'd0',
      askedMhz: null,
      powerW: null,
      requests: NaN,
      kvCapacityTokens: null,
    });
    expect(read).to.deep.include({ decisions: [], warnings: ['w'], governor: '-', outputTokens: NaN });
    expect(read).to.not.have.any.keys('tuning', 'histograms', 'cluster', 'mode');
    expect(JSON.parse(JSON.stringify(read))).to.deep.include({ outputTokens: null });
    const text = renderSnapshot(read, 'http://g');
    expect(text)
      .to.include('- under way, - completed, - output tokens')
      .and.to.match(/^d0 +decode +up +- +- +- +- +- +- +- +-$/m);
  });

  it('whatever it is: it can be drawn, told and printed, and nothing of it reaches a terminal as a command', () => {
    const evil = fc.string({ unit: 'binary' });
    const anything = fc.oneof(fc.anything(), evil, fc.constant('\u001b[2J'), fc.constant(NaN));
    const instances = fc.array(
      fc
        .dictionary(
          fc.constantFrom('role', 'domain', 'health', 'powerW', 'energyJ', 'meteredAtMs', 'tokens', 'latency', 'lastReason'),
          anything,
        )
        .map((fields) => ({ id: '\u001b[31mred', role: 'decode', ...fields })),
      { maxLength: 3 },
    );
    const keys = [
      'atMs',
      'slo',
      'requests',
      'histograms',
      'tuning',
      'decisions',
      'lastDecision',
      'warnings',
      'cluster',
      'governor',
      'outputTokens',
    ];
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom(...keys), anything), instances, anything, (fields, all, other) => {
        expect(readSnapshot(other)).to.equal(null);
        const read = readSnapshot({ firstRequestAtMs: 0, ...fields, kind: 'snapshot', instances: all })!;
        expect(renderSnapshot(read, 'u')).to.not.match(CONTROL);
        expect(summaryLine(read)).to.not.match(CONTROL);
        const state = afterServeEvent(initialServeState({ ...OUTLINE, slo: read.slo }), { kind: 'observed', snapshot: read });
        expect(JSON.stringify(serveScreenOf(state, 1))).to.not.include('\\u001b');
        expect(readEnergyMaps([{ role: 'decode', loads: fields['slo'], clocksMhz: fields['atMs'] }, other])).to.deep.equal([]);
      }),
      { numRuns: 30 },
    );
  });

  it('energy maps: each row has a cell for each clock, or the map is left out; who does not say where its figures come from has the weakest evidence', () => {
    const good = {
      role: 'decode',
      instance: 'd0',
      clocksMhz: [1, 2],
      loads: [1],
      joulesPerToken: [[1, null]],
      latencyMs: [[1, 2]],
      sloMs: 50,
    };
    expect(readEnergyMaps([good, { ...good, latencyMs: [[1]] }, { ...good, loads: [] }])).to.deep.equal([
      { ...good, evidence: 'extrapolated', contextTokens: null },
    ]);
  });
});
