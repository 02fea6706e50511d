import { expect } from 'chai';
import { createPump } from '../../../../../src/adapters/engines/emulated/pump.ts';
import type { EmulatedInstance, EngineEvent } from '../../../../../src/emulation/types.ts';
import type { Time } from '../../../../../src/ports/time.ts';

/** Time that moves only when told to. */
const manualTime = () => {
  let nowMs = 0;
  const timers = new Map<symbol, { atMs: number; callback: () => void }>();
  const time: Time = {
    nowMs: () => nowMs,
    sleep: () => Promise.reject(new Error('unused')),
    at(atMs, callback) {
      const key = Symbol();
      timers.set(key, { atMs, callback });
      return () => void timers.delete(key);
    },
  };
  const moveTo = (ms: number): void => {
    nowMs = ms;
    for (const [key, { atMs, callback }] of [...timers]) {
      if (atMs > ms || !timers.delete(key)) continue;
      callback();
    }
  };
  return { time, moveTo, armed: () => [...timers.values()].map(({ atMs }) => atMs) };
};

/** Emits one token per planned time. */
const plannedMachine = (plan: number[]) => {
  const advance = (nowMs: number): EngineEvent[] => {
    const due = plan.filter((atMs) => atMs <= nowMs);
    plan.splice(0, plan.length, ...plan.filter((atMs) => atMs > nowMs));
    return due.map((atMs, index) => ({ kind: 'token', id: 'x', index, atMs }));
  };
  return { advance, nextEventMs: () => Math.min(...plan, Infinity) } as unknown as EmulatedInstance;
};

describe('pump', () => {
  it('keeps one timer at the next event and hands events out when it fires', () => {
    const { time, moveTo, armed } = manualTime();
    const seen: number[] = [];
    const plan: number[] = [];
    const pump = createPump(plannedMachine(plan), time, (event) => seen.push(event.atMs));
    pump.input(() => plan.push(10, 20));
    expect(armed()).to.deep.equal([10]);
    moveTo(10);
    expect(seen).to.deep.equal([10]);
    expect(armed()).to.deep.equal([20]);
    pump.input(() => plan.unshift(15));
    expect(armed()).to.deep.equal([15]);
  });

  it('re-arms when a timer fires before anything is due', () => {
    const { time } = manualTime();
    const armedAtMs: number[] = [];
    let fire = (): void => undefined;
    const early: Time = {
      ...time,
      at(atMs, callback) {
        armedAtMs.push(atMs);
        fire = callback;
        return () => undefined;
      },
    };
    createPump(plannedMachine([10]), early, () => undefined).input(() => undefined);
    fire();
    expect(armedAtMs).to.deep.equal([10, 10]);
  });

  it('takes inputs from its own event handlers', () => {
    const { time } = manualTime();
    const plan = [0];
    const seen: number[] = [];
    const pump = createPump(plannedMachine(plan), time, (event) => {
      seen.push(event.atMs);
      if (seen.length < 3) pump.input(() => plan.push(0));
    });
    pump.input(() => undefined);
    expect(seen).to.have.length(3);
  });

  it('does nothing more once stopped', () => {
    const { time, moveTo, armed } = manualTime();
    const seen: number[] = [];
    const pump = createPump(plannedMachine([10]), time, (event) => seen.push(event.atMs));
    pump.input(() => undefined);
    pump.stop();
    expect(armed()).to.deep.equal([]);
    moveTo(50);
    expect(seen).to.deep.equal([]);
  });
});
