import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { AuditEntry } from '../../../../src/domain/live-tuning.ts';
import type { TuningOrder, TuningView } from '../../../../src/domain/tuning-orders.ts';
import { AuditTail, follow } from '../../../../src/runs/tuning/follow.ts';
import { liveReport } from '../../../../src/runs/tuning/live-report.ts';
import { renderLiveReport } from '../../../../src/reporting/tuning/live.ts';
import { VirtualTime } from '../../../fixtures/virtual-time.ts';

const entry = (n: number): AuditEntry => ({ atMs: n, event: 'stage', text: `entry ${n}`, figures: {} });
const view = (over: Partial<TuningView> = {}): TuningView => ({
  kind: 'live-tuning',
  stage: 'all',
  atMs: 100_000,
  stageSinceMs: 40_000,
  reason: 'all is well',
  slo: { ttftMs: 1000, itlMs: 50 },
  sloTarget: 0.99,
  treatments: {},
  tunables: { itlTarget: null, ttftTarget: null, minClockMhz: { prefill: null, decode: null }, thrift: 1 },
  burnRates: [
    { windowS: 60, coversS: 60, requests: 240, rate: 0.5 },
    { windowS: 300, coversS: 60, requests: 240, rate: 0.5 },
  ],
  savedPct: 20,
  audit: [],
  pid: 1,
  killFiles: ['/kill'],
  auditFile: '/audit.jsonl',
  work: { sinceMs: 0, energyJ: 80_000, outputTokens: 100_000, requests: 400 },
  ...over,
});

interface Answers {
  readonly views: (TuningView | Error)[];
  readonly signal?: () => Promise<number>;
  readonly durationS?: number;
}

const followed = async ({ views, signal, durationS = 10 }: Answers) => {
  const time = new VirtualTime();
  const heard: { orders: TuningOrder[]; audit: string[]; notes: string[] } = { orders: [], audit: [], notes: [] };
  const next = (): Promise<TuningView> => {
    const one = views.length > 1 ? views.shift()! : views[0]!;
    return one instanceof Error ? Promise.reject(one) : Promise.resolve(one);
  };
  const client = {
    url: 'http://gateway.invalid',
    view: next,
    order: (order: TuningOrder) => {
      heard.orders.push(order);
      return Promise.resolve(view());
    },
    close: () => Promise.resolve(),
  };
  const source = signal ? { read: signal, close: () => Promise.resolve() } : null;
  const listener = { audit: (one: AuditEntry) => void heard.audit.push(one.text), note: (text: string) => void heard.notes.push(text) };
  const wanted = { first: view({ audit: [entry(0)] }), durationS, signal: new AbortController().signal };
  const result = await time.finish(follow({ client, time, signal: source }, wanted, listener).catch((error: Error) => error));
  return { result, ...heard };
};
const gone = (): VoltanaError => new VoltanaError('ENGINE_FAILED', 'gone');

describe('following live tuning', () => {
  it('tells each entry once, of a log that loses its beginning', () => {
    const tail = new AuditTail();
    const numbers = (audit: readonly AuditEntry[]): number[] => tail.fresh(audit).map(({ atMs }) => atMs);
    expect(numbers([])).to.deep.equal([]);
    expect(numbers([entry(1), entry(2)])).to.deep.equal([1, 2]);
    expect(numbers([entry(1), entry(2)])).to.deep.equal([]);
    expect(numbers([entry(2), entry(3)])).to.deep.equal([3]);
    expect(numbers([entry(8), entry(9)])).to.deep.equal([8, 9]);
  });

  it('ends when its time is up, with all that was said', async () => {
    const { result, audit } = await followed({
      views: [view({ audit: [entry(0), entry(1)] }), view({ audit: [entry(1), entry(2)] })],
      durationS: 3,
    });
    expect(result).to.include({ stage: 'all' });
    expect(audit).to.deep.equal(['entry 0', 'entry 1', 'entry 2']);
  });

  it('a missed answer is no end, a gateway that is gone is one', async () => {
    expect((await followed({ views: [gone(), gone(), view()], durationS: 5 })).result).to.include({ stage: 'all' });
    expect((await followed({ views: [view(), gone()] })).result).to.be.instanceOf(VoltanaError);
    const refused = new VoltanaError('NOT_PERMITTED', 'no');
    expect((await followed({ views: [refused] })).result).to.equal(refused);
  });

  it('ends when somebody else stops it there', async () => {
    const { notes, result } = await followed({ views: [view(), view({ stage: 'off' })] });
    expect(notes.join()).to.include('somebody else');
    expect(result).to.include({ stage: 'all' });
  });

  it('tells the signal again and again, and that it is lost once', async () => {
    let reads = 0;
    const signal = (): Promise<number> => (++reads === 1 ? Promise.resolve(300) : Promise.reject(new Error('no route')));
    const { orders, notes } = await followed({ views: [view()], signal, durationS: 60 });
    expect(orders.slice(0, 3)).to.deep.equal([
      { action: 'signal', value: 300 },
      { action: 'signal', value: null },
      { action: 'signal', value: null },
    ]);
    expect(notes.filter((note) => note.includes('no route'))).to.have.length(1);
  });
});

describe('report of live tuning', () => {
  const prices = { pue: 1.25, perKwh: 0.2, perGpuHour: null, currency: 'EUR', gramsCo2PerKwh: 400 };
  const report = (over: Partial<TuningView> = {}) =>
    liveReport({ url: 'http://gateway.invalid', view: view(over), audit: [], cluster: 'c.yaml', governor: 'slo', prices });

  it('what is saved in a month follows from what is drawn now', () => {
    const { meanPowerW, joulesPerOutputToken, month } = report();
    expect(meanPowerW).to.equal(800);
    expect(joulesPerOutputToken).to.equal(0.8);
    // 800 W are what is left of 1000 W: 200 W x 1.25 x 730 h.
    expect(month!.kWh).to.be.closeTo(182.5, 1e-9);
    expect(month!.cost).to.be.closeTo(36.5, 1e-9);
    expect(month!.co2Kg).to.be.closeTo(73, 1e-9);
  });

  it('nothing is said of what was not seen', () => {
    expect(report({ savedPct: null }).month).to.equal(null);
    expect(report({ work: { sinceMs: 0, energyJ: null, outputTokens: 5, requests: 0 } })).to.include({
      meanPowerW: null,
      month: null,
      joulesPerOutputToken: null,
    });
    expect(report({ work: null })).to.include({ meanPowerW: null, month: null });
    expect(renderLiveReport(report({ savedPct: null }))).to.include('not seen yet');
  });

  it('names the commands that prove it, at the rate that was served', () => {
    const { proof } = report();
    expect(proof[0]).to.equal('voltana bench --cluster c.yaml --rate 4 --slo-ttft 1000 --slo-itl 50 --ab max slo');
    expect(proof.join('\n')).to.include('--ab governor=fixed,clocks=PREFILL:DECODE governor=slo');
    expect(renderLiveReport(report())).to.include(proof[2]!).and.include('not proven');
  });

  it('writes a rate as a number that a command takes, however large', () => {
    const rateAfter = (requests: number): string | undefined => {
      const { work, ...rest } = view();
      return /--rate (\S+)/.exec(report({ ...rest, atMs: work!.sinceMs + 10_000, work: { ...work!, requests } }).proof[0]!)?.[1];
    };
    expect([23, 1_000, 1_200, 12_345].map(rateAfter)).to.deep.equal(['2.3', '100', '120', '1230']);
  });
});
