import { expect } from 'chai';
import { EcoDecode } from '../../../../src/routing/eco/decode.ts';
import { ECO_TUNABLES } from '../../../../src/routing/eco/tunables.ts';
import type { Candidate } from '../../../../src/routing/policy.ts';
import type { DecodeLoad } from '../../../../src/telemetry/load.ts';
import { predictorOf } from '../../../fixtures/world/loads.ts';
import { decodeAt, question, requestOf, SLO } from '../../../fixtures/world/routing.ts';

const choose = (decode: readonly Candidate<DecodeLoad>[], itlMs = SLO.itlMs, tunables = ECO_TUNABLES) =>
  new EcoDecode(tunables).choose(question({ decode, slo: { ...SLO, itlMs } }));
const idOf = (...of: Parameters<typeof choose>): string => choose(...of).id;

describe('eco routing, decode', () => {
  it('leaves an idle instance asleep while a busy one has room, though its next batch step is near', () => {
    expect(choose([decodeAt('d0', 0), decodeAt('d1', 5)])).to.deep.equal({ id: 'd1', reason: 'evenly over those that the load needs' });
    expect(idOf([decodeAt('d0', 5), decodeAt('d1', 0)])).to.equal('d0');
    expect(idOf([decodeAt('d0', 0), decodeAt('d1', 64)])).to.equal('d1');
  });

  it('lets the emptier of two drain: the fuller one gets the request, also where one more token costs a little more', () => {
    expect(idOf([decodeAt('d0', 20), decodeAt('d1', 100)])).to.equal('d1');
    expect(idOf([decodeAt('d0', 90), decodeAt('d1', 20)])).to.equal('d0');
  });

  it('wakes another one when the busy one has no room within the SLO', () => {
    expect(idOf([decodeAt('d0', 0), decodeAt('d1', 300)])).to.equal('d0');
    expect(idOf([decodeAt('d0', 0), decodeAt('d1', 0, { incoming: 300, incomingTokens: 360_000 })])).to.equal('d0');
  });

  it('beyond what the fleet serves in time, one takes what is too much, and whoever comes back within the SLO is next', () => {
    const { id, reason } = choose([decodeAt('d0', 320), decodeAt('d1', 310, { incoming: 5 }), decodeAt('d2', 330)]);
    expect(id).to.equal('d2');
    expect(reason).to.include('no room within the ITL SLO');
    expect(idOf([decodeAt('d0', 120), decodeAt('d1', 315), decodeAt('d2', 500)])).to.equal('d0');
  });

  it('once somebody has been late for long without a pause, who is in time is not filled up to the promise itself', () => {
    const base = predictorOf('d0');
    const [target, limit] = [ECO_TUNABLES.itlTarget * SLO.itlMs, SLO.itlMs];
    const gapMs = (requests: number): number => base.predict({ batch: requests, tokens: requests * 1200 }, 1410).latencyMs;
    let between = 1;
    while (gapMs(between + 1) <= target) between++;
    between += 2;
    expect(gapMs(between + 1), 'beyond the target, within the promise')
      .to.be.above(target)
      .and.at.most(limit);
    const late = (nowMs: number, chooser: EcoDecode, requests = 900): { id: string; reason: string } =>
      chooser.choose(question({ nowMs, decode: [decodeAt('d0', between), decodeAt('d1', requests)] }));

    const chooser = new EcoDecode(ECO_TUNABLES);
    for (let nowMs = 0; nowMs < ECO_TUNABLES.overloadMs; nowMs += 100) expect(late(nowMs, chooser).id, `${nowMs} ms`).to.equal('d0');
    expect(late(ECO_TUNABLES.overloadMs, chooser).id, 'it lasts').to.equal('d1');
    expect(late(ECO_TUNABLES.overloadMs + 100, chooser, between).reason, 'a pause').to.include('a rush');
    expect(late(ECO_TUNABLES.overloadMs + 200, chooser).id, 'from the start again').to.equal('d0');

    const never = new EcoDecode({ ...ECO_TUNABLES, overloadMs: Infinity });
    for (let nowMs = 0; nowMs < 60_000; nowMs += 100) expect(late(nowMs, never).id).to.equal('d0');
  });

  it('tells fullness by what each can hold', () => {
    const slower = predictorOf('d0');
    const half: typeof slower = {
      ...slower,
      predict: (load, clockMhz) => {
        const answer = slower.predict(load, clockMhz);
        return { ...answer, latencyMs: answer.latencyMs * 1.4 };
      },
    };
    expect(idOf([decodeAt('d0', 320), decodeAt('d1', 310, {}, { predictor: half })])).to.equal('d1');
    expect(idOf([decodeAt('d0', 900), decodeAt('d1', 310, {}, { predictor: half })])).to.equal('d0');
  });

  it('never takes an instance without room for the prompt and its expected output while another has it', () => {
    const crowded = decodeAt('d0', 20, { kvTokens: 99_000, meanOutputTokens: 200 }, { kvCapacityTokens: 100_000 });
    expect(idOf([crowded, decodeAt('d1', 0, {}, { kvCapacityTokens: 100_000 })])).to.equal('d1');
    const roomy = decodeAt('d0', 20, { kvTokens: 98_800, meanOutputTokens: 200 }, { kvCapacityTokens: 100_000 });
    expect(idOf([roomy, decodeAt('d1', 0, {}, { kvCapacityTokens: 100_000 })])).to.equal('d0');
    expect(choose([crowded, { ...crowded, id: 'd1' }]).reason).to.include('no KV room');
  });

  it('counts what is on its way as if it streamed', () => {
    const coming = decodeAt('d0', 0, { incoming: 40, incomingTokens: 48_000 });
    expect(idOf([coming, decodeAt('d1', 30)]), 'the fuller one stays awake').to.equal('d0');
    expect(idOf([coming, decodeAt('d1', 50)])).to.equal('d1');
    expect(idOf([coming, decodeAt('d1', 30)], SLO.itlMs, { ...ECO_TUNABLES, packDecode: false })).to.equal('d1');
  });

  it('asks each instance by its own predictor', () => {
    const base = predictorOf('d0');
    const thirsty: typeof base = {
      ...base,
      predict: (load, clockMhz) => {
        const answer = base.predict(load, clockMhz);
        return { ...answer, powerW: answer.idleW + 3 * (answer.powerW - answer.idleW) };
      },
    };
    const arrivals = { requestRatePerS: 5, meanPromptTokens: 1000, queued: 1, queuedTokens: 1000 };
    const among = (...decode: Candidate<DecodeLoad>[]): string => new EcoDecode(ECO_TUNABLES).choose(question({ decode, arrivals })).id;
    expect(among(decodeAt('d0', 40, {}, { predictor: thirsty }), decodeAt('d1', 30))).to.equal('d1');
    expect(among(decodeAt('d0', 30), decodeAt('d1', 40, {}, { predictor: thirsty }))).to.equal('d0');
  });

  it('a burst fills the one that is awake, goes evenly over the others, and what is too much to one', () => {
    const chooser = new EcoDecode(ECO_TUNABLES);
    const held = [0, 0, 0];
    const order: number[] = [];
    for (let turn = 0; turn < 1200; turn++) {
      const decode = held.map((requests, i) => decodeAt(`d${i}`, requests));
      const chosen = Number(chooser.choose(question({ decode, slo: { ...SLO, itlMs: 30 } })).id.slice(1));
      if (held[chosen] === 0) order.push(turn);
      held[chosen]!++;
    }
    expect(order).to.have.length(3);
    expect(order[1]!, 'a good batch first').to.be.above(30);
    // Beyond everybody's room one is sacrificed, and the others keep the promise.
    const [less, middle, most] = [...held].sort((a, b) => a - b) as [number, number, number];
    expect(middle - less).to.be.at.most(1);
    expect(most).to.be.above(2 * middle);
  });

  it('a load that needs several is shared evenly by as many, and the rest stay asleep', () => {
    const arrivals = { requestRatePerS: 60, meanPromptTokens: 70, queued: 1, queuedTokens: 70 };
    const chooser = new EcoDecode(ECO_TUNABLES);
    const held = [0, 0, 0, 0];
    for (let turn = 0; turn < 300; turn++) {
      const decode = held.map((requests, i) => decodeAt(`d${i}`, requests, { kvTokens: requests * 150, meanOutputTokens: 150 }));
      held[Number(chooser.choose(question({ decode, arrivals, nowMs: 1000 + turn })).id.slice(1))]!++;
    }
    const used = held.filter((requests) => requests > 0);
    expect(used).to.have.length(2);
    expect(Math.max(...used) - Math.min(...used)).to.be.at.most(1);
  });

  it('without packing: fewest requests', () => {
    expect(idOf([decodeAt('d0', 9), decodeAt('d1', 3)], SLO.itlMs, { ...ECO_TUNABLES, packDecode: false })).to.equal('d1');
  });

  it('asks a learning predictor again after a while, and of another only whether this very load fits', () => {
    for (const learning of [true, false]) {
      let asked = 0;
      const base = predictorOf('d0');
      const counting = {
        ...base,
        predict: (...of: Parameters<typeof base.predict>) => (asked++, base.predict(...of)),
        ...(learning && { observe: () => undefined }),
      };
      const chooser = new EcoDecode(ECO_TUNABLES);
      const asking = (nowMs: number): number => {
        const before = asked;
        chooser.choose(question({ nowMs, request: requestOf(), decode: [decodeAt('d0', 10, {}, { predictor: counting })] }));
        return asked - before;
      };
      expect(asking(0), 'first').to.be.above(0);
      expect(asking(10), 'known').to.equal(1);
      const later = asking(10_000);
      if (learning) expect(later, 'stale').to.be.above(1);
      else expect(later, 'static').to.equal(1);
    }
  });
});
