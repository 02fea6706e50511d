import { expect } from 'chai';
import { READINGS_TO_TRIP, Reconciler } from '../../../src/control/reconcile.ts';
import type { EngineGauges } from '../../../src/ports/engine.ts';
import type { Load } from '../../../src/telemetry/load.ts';
import { decodeLoadOf, NO_GAUGES, prefillLoadOf } from '../../fixtures/loads.ts';

const gauges = (running: number | null, waiting: number | null = 0, more: Partial<EngineGauges> = {}): EngineGauges => ({
  ...NO_GAUGES,
  running,
  waiting,
  ...more,
});

/** The same reading once a second. */
const readings = (reconciler: Reconciler, count: number, seen: Load | readonly Load[], shown: EngineGauges, fromMs = 0) => {
  let verdict = reconciler.verdict('i');
  for (let i = 0; i < count; i++) verdict = reconciler.read('i', seen, shown, fromMs + 1000 * i);
  return verdict;
};

describe('reconciler', () => {
  it('trusts an engine that counts what was sent', () => {
    const verdict = readings(new Reconciler(), 20, decodeLoadOf(40), gauges(38, 2, { kvTokens: 21_000 }));
    expect(verdict).to.deep.equal({ trusted: true, disagreement: 0, reason: null });
  });

  it('distrusts one that runs twice as many, after several readings and not before, and says why', () => {
    const reconciler = new Reconciler();
    const before = readings(reconciler, READINGS_TO_TRIP - 1, decodeLoadOf(20), gauges(40));
    expect(before.trusted).to.equal(true);
    expect(before.disagreement).to.be.closeTo(1, 1e-9);
    const verdict = readings(reconciler, 1, decodeLoadOf(20), gauges(40), 60_000);
    expect(verdict.trusted).to.equal(false);
    expect(verdict.reason).to.equal('the engine counts 40 requests, the gateway 20: traffic that did not come through here');
  });

  it('trusts again once the engine has agreed as often', () => {
    const reconciler = new Reconciler();
    readings(reconciler, 30, decodeLoadOf(20), gauges(40));
    const still = readings(reconciler, READINGS_TO_TRIP - 1, decodeLoadOf(20), gauges(20), 100_000);
    expect(still.trusted).to.equal(false);
    expect(still.reason).to.be.a('string');
    expect(readings(reconciler, 1, decodeLoadOf(20), gauges(20), 200_000)).to.deep.equal({ trusted: true, disagreement: 0, reason: null });
  });

  it('counts readings a second apart, however often it is asked', () => {
    const reconciler = new Reconciler();
    for (let nowMs = 0; nowMs < 2000; nowMs += 10) reconciler.read('i', decodeLoadOf(20), gauges(40), nowMs);
    expect(reconciler.verdict('i').trusted).to.equal(true);
  });

  it('has no opinion without gauges, and keeps the one it had', () => {
    const reconciler = new Reconciler();
    expect(readings(reconciler, 20, decodeLoadOf(20), NO_GAUGES)).to.deep.equal({ trusted: true, disagreement: null, reason: null });
    readings(reconciler, 10, decodeLoadOf(20), gauges(40), 100_000);
    const verdict = readings(reconciler, 20, decodeLoadOf(20), NO_GAUGES, 200_000);
    expect([verdict.trusted, verdict.disagreement]).to.deep.equal([false, null]);
    reconciler.forget('i');
    expect(reconciler.verdict('i').trusted).to.equal(true);
  });

  it('a request whose prompt is being computed may count at the decode engine or not', () => {
    const seen = decodeLoadOf(10, { incoming: 30, incomingTokens: 30_000 });
    expect(readings(new Reconciler(), 20, seen, gauges(10, 0, { kvTokens: 5000 })).trusted).to.equal(true);
    expect(readings(new Reconciler(), 20, seen, gauges(12, 28, { kvTokens: 35_000 })).trusted).to.equal(true);
    expect(readings(new Reconciler(), 20, seen, gauges(30, 28)).trusted).to.equal(false);
  });

  it('forgives two requests, whatever share of a small load they are', () => {
    expect(readings(new Reconciler(), 20, decodeLoadOf(3), gauges(5)).trusted).to.equal(true);
    expect(readings(new Reconciler(), 20, decodeLoadOf(3), gauges(6)).trusted).to.equal(false);
  });

  it('distrusts a decode engine that runs far fewer than stream, unless it hides its queue', () => {
    const verdict = readings(new Reconciler(), 20, decodeLoadOf(40), gauges(20, 0));
    expect(verdict.trusted).to.equal(false);
    expect(verdict.reason).to.contain('fewer than were sent');
    expect(readings(new Reconciler(), 20, decodeLoadOf(40), gauges(20, null)).trusted).to.equal(true);
  });

  it('sees unseen prompts at a prefill engine, and forgives those that it has just finished', () => {
    expect(readings(new Reconciler(), 20, prefillLoadOf(4), gauges(1, 12)).trusted).to.equal(false);
    const reconciler = new Reconciler();
    for (let i = 0; i < 20; i++) reconciler.read('i', prefillLoadOf(i % 2 ? 8 : 0), gauges(i % 2 ? 0 : 8), 1000 * i);
    expect(reconciler.verdict('i').trusted).to.equal(true);
  });

  it('adds up both phases of an aggregated engine', () => {
    expect(readings(new Reconciler(), 20, [prefillLoadOf(10), decodeLoadOf(10)], gauges(11, 9)).trusted).to.equal(true);
    expect(readings(new Reconciler(), 20, [prefillLoadOf(10), decodeLoadOf(10)], gauges(31, 9)).trusted).to.equal(false);
  });

  it('sees one unseen stream by its tokens, which no count of requests would show', () => {
    const reconciler = new Reconciler();
    const unseen = (tokensPerS: number): boolean => {
      for (let i = 0; i < 30; i++) {
        const seen = { promptTokens: 0, outputTokens: 400 * i };
        const shown = gauges(11, 0, { generatedTokensTotal: 7e9 + (400 + tokensPerS) * i });
        reconciler.read(String(tokensPerS), decodeLoadOf(10), shown, 1000 * i, seen);
      }
      return !reconciler.verdict(String(tokensPerS)).trusted;
    };
    expect([unseen(0), unseen(20), unseen(80)]).to.deep.equal([false, false, true]);
  });

  it('begins anew with an engine that was restarted', () => {
    const reconciler = new Reconciler();
    for (let i = 0; i < 30; i++) {
      const generatedTokensTotal = i < 15 ? 1e6 + 400 * i : 400 * (i - 15);
      reconciler.read('i', decodeLoadOf(10), gauges(10, 0, { generatedTokensTotal }), 1000 * i, { promptTokens: 0, outputTokens: 400 * i });
      expect(reconciler.verdict('i')).to.deep.include({ trusted: true, disagreement: 0 });
    }
  });
});
