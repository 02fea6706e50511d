import { expect } from 'chai';
import type { RequestOutcome } from '../../../../src/domain/request.ts';
import { LiveFigures } from '../../../../src/runs/benchmarking/live-figures.ts';
import { parseThreshold } from '../../../../src/telemetry/judging/threshold.ts';

const outcome = (over: Partial<RequestOutcome> = {}): RequestOutcome => ({
  id: 'r',
  status: 'completed',
  intendedMs: 0,
  sentMs: 1,
  firstTokenMs: 200,
  endMs: 300,
  promptTokens: 100,
  outputTokens: 3,
  gapsMs: [50, 50],
  error: null,
  ...over,
});
const look = (energyJ: number) => ({
  instance: 'd0',
  role: 'decode' as const,
  atMs: 0,
  energyJ,
  powerW: 100,
  appliedMhz: 1000,
  lockedMhz: null,
  limitedBy: null,
});
const begun = (): LiveFigures => {
  const live = new LiveFigures({ ttftMs: 1000, itlMs: 60 }, [
    parseThreshold('ttft.p99<100'),
    parseThreshold('energy.per_output_token<=10'),
  ]);
  live.begin();
  return live;
};

describe('live figures of a bench', () => {
  it('counts joules only while there is load, and of each repeat from its own beginning', () => {
    const live = begun();
    live.looks([look(1000)]);
    live.progress({ sent: 1, ended: 0 }, 1, 0);
    live.looks([look(1010)]);
    live.looks([look(1028)]);
    live.outcome(outcome());
    live.progress({ sent: 1, ended: 1 }, 1, 2000);
    live.looks([look(5000)]);
    expect(live.figures(9000)).to.deep.include({ joulesPerToken: 6, goodputPerS: 0.5, spanS: 2, joint: 1 });
    live.begin();
    live.progress({ sent: 1, ended: 0 }, 1, 60_000);
    live.looks([look(7000)]);
    live.looks([look(7012)]);
    live.outcome(outcome());
    expect(live.figures(62_000)).to.deep.include({ joulesPerToken: 5, spanS: 4, offered: 2, powerW: 100 });
  });

  it('tells how thresholds stand, and that nobody can tell without a meter', () => {
    const live = begun();
    live.outcome(outcome());
    const [ttft, energy] = live.figures(1000).thresholds;
    expect([ttft!.ok, ttft!.value]).to.deep.equal([false, 200]);
    expect(energy).to.deep.include({ ok: false, value: null });
  });

  it('knows the rate at which requests were really sent, once there are some', () => {
    const live = begun();
    live.progress({ sent: 1, ended: 0 }, 100, 1000);
    expect(live.figures(1000).sentPerS).to.equal(null);
    for (let sent = 2; sent <= 11; sent++) live.progress({ sent, ended: 0 }, 100, 1000 + (sent - 1) * 200);
    expect(live.figures(3000).sentPerS).to.equal(5);
  });

  it('keeps no samples: quantiles of many are within half a percent of the true ones', () => {
    const live = begun();
    for (let ms = 1; ms <= 2000; ms++) live.outcome(outcome({ firstTokenMs: ms, endMs: ms + 100 }));
    expect(live.figures(1000).thresholds[0]!.value).to.be.closeTo(1980, 10);
  });
});
