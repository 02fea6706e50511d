import { expect } from 'chai';
import type { Snapshot } from '../../../../src/domain/snapshot.ts';
import type { ServeOptions } from '../../../../src/runs/serving/options.ts';
import { plainServeView } from '../../../../src/runs/serving/view.ts';

const snapshot = (atMs: number, ...warnings: string[]): Snapshot => ({
  kind: 'snapshot',
  atMs,
  governor: 'max',
  routing: 'eco',
  slo: { ttftMs: 1000, itlMs: 50 },
  instances: [],
  requests: { inFlight: 0, queued: 0, completed: 0, failed: 0, cancelled: 0, rerouted: 0 },
  firstRequestAtMs: null,
  outputTokens: 0,
  transitions: 0,
  lastDecision: null,
  warnings,
});

describe('serve in a pipe', () => {
  it('tells each warning of control when it comes, not with every picture, and anew when it comes back after a minute', () => {
    const said: string[] = [];
    const options = { warnings: ['from the start'] } as unknown as ServeOptions;
    const { listener } = plainServeView(options, (line) => said.push(line));
    const see = (atMs: number, ...warnings: string[]): string[] => {
      said.length = 0;
      listener.observed!(snapshot(atMs, ...warnings));
      return said;
    };
    expect(said).to.deep.equal(['warning: from the start']);
    expect(see(0, 'from the start')).to.deep.equal([]);
    expect(see(1000, 'from the start', 'lost', 'lost')).to.deep.equal(['warning: lost']);
    expect(see(2000, 'lost', 'other')).to.deep.equal(['warning: other']);
    expect(see(3000)).to.deep.equal([]);
    expect(see(4000, 'lost')).to.deep.equal([]);
    expect(see(62_000)).to.deep.equal([]);
    expect(see(63_000, 'lost')).to.deep.equal(['warning: lost']);
  });
});
