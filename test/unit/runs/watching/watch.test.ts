import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { Snapshot } from '../../../../src/domain/snapshot.ts';
import { watchLines } from '../../../../src/runs/watching/lines.ts';
import { watchGateway, type Look } from '../../../../src/runs/watching/watch.ts';
import { instanceSnapshot, snapshot } from '../../../fixtures/tui/snapshots.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';

const GONE = new VoltanaError('NO_GATEWAY', 'no gateway answers');

/** A gateway that answers, or not, as the time says. */
const watched = (answers: (nowMs: number) => unknown, durationS: number | null = null) => {
  const time = new VirtualTime();
  const askedMs: number[] = [];
  const mapsAskedMs: number[] = [];
  const heard: string[] = [];
  const over = new AbortController();
  const client = {
    url: 'http://g',
    snapshot: async () => {
      askedMs.push(time.nowMs());
      const answer = answers(time.nowMs());
      if (answer instanceof Error) throw answer;
      return answer;
    },
    energyMaps: () => {
      mapsAskedMs.push(time.nowMs());
      return Promise.resolve(null);
    },
    close: () => Promise.resolve(),
  };
  const listener = {
    observed: ({ snapshot: { governor } }: Look) => void heard.push(governor),
    mapped: () => undefined,
    silent: (reason: string, forMs: number) => void heard.push(`${reason} for ${forMs}`),
  };
  const ended = watchGateway({ client, time }, { signal: over.signal, durationS }, listener);
  return { time, askedMs, mapsAskedMs, heard, ended, stop: () => over.abort() };
};

describe('watching a gateway', () => {
  it('looks four times a second; waits ever longer while nobody answers, at most 5 s, and is back at once', async () => {
    const { time, askedMs, heard, ended, stop } = watched((nowMs) => (nowMs < 1000 || nowMs >= 30_000 ? snapshot() : GONE));
    await time.advance(40_000);
    stop();
    await time.finish(ended);
    const silent = askedMs.filter((atMs) => atMs >= 1000 && atMs < 30_000);
    const waits = silent.slice(1).map((atMs, i) => atMs - silent[i]!);
    expect(askedMs.slice(0, 5)).to.deep.equal([0, 250, 500, 750, 1000]);
    expect(waits).to.deep.equal([250, 500, 1000, 2000, 4000, 5000, 5000, 5000, 5000]);
    expect(heard.filter((one) => one.includes('no gateway'))[2]).to.equal('no gateway answers for 1000');
    const back = askedMs.filter((atMs) => atMs >= 30_000);
    expect(back[1]! - back[0]!).to.equal(250);
  });

  it('goes on where something else answers for a while', async () => {
    const { time, heard, ended, stop } = watched((nowMs) => (nowMs === 0 ? { kind: 'snapshot' } : snapshot()));
    await time.advance(1000);
    stop();
    await time.finish(ended);
    expect(heard[0]).to.include('no voltana gateway');
    expect(heard.slice(1)).to.include('slo');
  });

  it('ends at its time, and at the signal although an answer is still to come', async () => {
    const timed = watched(() => snapshot(), 2);
    await timed.time.finish(timed.ended);
    expect(timed.time.nowMs()).to.equal(2000);
    const stuck = watched(() => new Promise(() => undefined));
    await stuck.time.advance(100);
    stuck.stop();
    await stuck.time.finish(stuck.ended);
    expect(stuck.heard).to.deep.equal([]);
  });

  it('asks for energy maps every 2 s until there are some', async () => {
    const { time, mapsAskedMs, ended, stop } = watched(() => snapshot());
    await time.advance(4500);
    stop();
    await time.finish(ended);
    expect(mapsAskedMs).to.deep.equal([0, 2000, 4000]);
  });
});

describe('a watched gateway as lines', () => {
  const said = (...steps: readonly (readonly [number, Snapshot | string])[]): string[] => {
    const time = new VirtualTime();
    const lines: string[] = [];
    const listener = watchLines('http://g', { ...time, nowMs: () => now } as never, (line) => lines.push(line));
    let now = 0;
    for (const [atMs, step] of steps) {
      now = atMs;
      if (typeof step === 'string') listener.silent!(step, 3000);
      else listener.observed(step);
    }
    return lines;
  };
  const instances = (...health: ('up' | 'down' | 'probing')[]) => health.map((one, i) => instanceSnapshot(`d${i}`, { health: one }));
  const tuning = (stage: 'canary' | 'all'): NonNullable<Snapshot['tuning']> => ({
    ...{ stage, stageSinceMs: 0, reason: 'seen enough', burnRates: [], governed: 1, domains: 2, thrift: 1, savedPct: null },
  });

  it('says what it is, every 10 s what it does, and otherwise only what changes', () => {
    const steady = snapshot({ instances: instances('up', 'up') });
    const lines = said([0, steady], [250, steady], [9999, steady], [10_000, steady]);
    expect(lines).to.have.length(3);
    expect(lines[0]).to.include('gateway http://g').and.to.include('0 prefill, 2 decode; governor slo, routing eco');
    expect(lines[1]).to.equal(lines[2]).and.to.include('0 under way, 0 completed');
  });

  it('tells stages, health, who comes and goes, warnings, silence and its end, once each', () => {
    const lines = said(
      [0, snapshot({ instances: instances('up', 'down') })],
      [250, snapshot({ instances: instances('down', 'probing'), warnings: ['careful'] })],
      [500, snapshot({ instances: instances('down', 'probing'), warnings: ['careful'], tuning: tuning('canary') })],
      [750, 'nobody there'],
      [1000, 'nobody there'],
      [1250, snapshot({ instances: instances('down', 'probing', 'up'), tuning: tuning('all') })],
      [1500, snapshot({ instances: instances('up') })],
    ).filter((line) => !line.startsWith('gateway ') && !line.includes('under way'));
    expect(lines).to.deep.equal([
      'd1: gets no more requests',
      'd0: gets no more requests',
      'd1: gets one request at a time until one succeeds',
      'warning: careful',
      'live tuning: canary: seen enough',
      'warning: nobody there; asking again',
      'the gateway answers again after 3 s',
      'live tuning: all: seen enough',
      'd2: joined',
      'live tuning: off',
      'd0: takes requests again',
      'd1: left',
      'd2: left',
    ]);
  });
});
