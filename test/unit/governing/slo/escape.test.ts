import { expect } from 'chai';
import { TransitionLimit } from '../../../../src/control/rate-limit.ts';
import type { Governor } from '../../../../src/governing/governor.ts';
import { fixedGovernor } from '../../../../src/governing/fixed.ts';
import { sloGovernor } from '../../../../src/governing/slo/index.ts';
import { STEP_BATCH, steppedClocksMhz as clocksMhz, steppedPredictor as predictor } from '../../../fixtures/governing/stepped.ts';
import { decodeLoad } from '../../../fixtures/world/loads.ts';

const OUTPUT_TOKENS = 50;
const TOKENS_PER_MS = 5;
const REQUESTS_PER_S = (1000 * TOKENS_PER_MS) / OUTPUT_TOKENS;
const STEP_MS = 5;
const SLO = { ttftMs: 1000, itlMs: 60 };

interface Moment {
  readonly atMs: number;
  readonly batch: number;
  readonly clockMhz: number;
  readonly reason: string;
}

/** A decode instance as a liquid: requests flow in at their rate and out as their tokens are done. Clocks as the control loop allows. */
function run(governor: Governor, batchAtStart: number, startMhz: number, forMs: number): Moment[] {
  const limit = new TransitionLimit(2);
  const moments: Moment[] = [];
  let [batch, clockMhz, changedMs] = [batchAtStart, startMhz, -Infinity];
  for (let atMs = 0; atMs <= forMs; atMs += STEP_MS) {
    const whole = Math.round(batch);
    if (atMs % 50 === 0) {
      const load = decodeLoad({
        batch: whole,
        kvTokens: whole * 100,
        requestRatePerS: REQUESTS_PER_S,
        meanOutputTokens: OUTPUT_TOKENS,
        meanPromptTokens: 75,
      });
      const decision = governor.decide({ nowMs: atMs, load, slo: SLO, currentMhz: clockMhz, clocksMhz, predictor });
      const down = decision.clockMhz < clockMhz;
      if (decision.clockMhz !== clockMhz && limit.allows(down ? 'down' : 'up', atMs) && !(down && atMs - changedMs < 400)) {
        limit.count(atMs);
        [clockMhz, changedMs] = [decision.clockMhz, atMs];
      }
      moments.push({ atMs, batch, clockMhz, reason: decision.reason });
    }
    const tokens = (STEP_MS * batch) / predictor.predict({ batch: whole, tokens: 0 }, clockMhz).latencyMs;
    batch += (STEP_MS * REQUESTS_PER_S) / 1000 - tokens / OUTPUT_TOKENS;
  }
  return moments;
}

const STUCK = { batch: 190, clockMhz: 1005 };

describe('a worse stable batch behind a step', () => {
  it('is one: nothing but a clock leads out of it, and from below the same clock holds the better one', () => {
    const fixed = fixedGovernor({ prefill: 1005, decode: 1005 });
    expect(run(fixed, STUCK.batch, 1005, 20_000).at(-1)!.batch).to.be.closeTo(190, 3);
    expect(run(fixed, 60, 1005, 20_000).at(-1)!.batch).to.be.closeTo(110, 3);
  });

  it('is left within 3 s by a short boost, and not entered again', () => {
    const moments = run(sloGovernor(), STUCK.batch, STUCK.clockMhz, 20_000);
    const outMs = moments.find(({ batch }) => batch <= STEP_BATCH)!.atMs;
    expect(outMs).to.be.at.most(3000);
    expect(moments.some(({ reason }) => reason.includes('boost'))).to.equal(true);
    const after = moments.filter(({ atMs }) => atMs > outMs + 1000);
    expect(Math.max(...after.map(({ batch }) => batch))).to.be.at.most(STEP_BATCH);
    // Then it holds with a slower clock than it needed to get out.
    const boostMhz = Math.max(...moments.map(({ clockMhz }) => clockMhz));
    expect(moments.at(-1)!.clockMhz).to.be.below(boostMhz - 100);
  });

  it('is not gone into by slowing down: from below the step the batch stays below it', () => {
    for (const batch of [20, 60, 110, 125]) {
      const moments = run(sloGovernor(), batch, 1410, 20_000);
      expect(Math.max(...moments.map((moment) => moment.batch)), `from ${batch}`).to.be.at.most(STEP_BATCH);
    }
  });

  it('costs few transitions', () => {
    const moments = run(sloGovernor(), STUCK.batch, STUCK.clockMhz, 20_000);
    const transitions = moments.filter(({ clockMhz }, i) => i > 0 && clockMhz !== moments[i - 1]!.clockMhz).length;
    expect(transitions).to.be.at.most(8);
  });
});
