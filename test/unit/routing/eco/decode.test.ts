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
    expect(choose([decodeAt('d0', 0), decodeAt('d1', 5)])).to.include({ id: 'd1', reason: 'least additional energy' });
    expect(idOf([decodeAt('d0', 5), decodeAt('d1', 0)])).to.equal('d0');
    expect(idOf([decodeAt('d0', 0), decodeAt('d1', 64)])).to.equal('d1');
  });

  it('lets the emptier of two drain: the fuller one gets the request, also where one more token costs a little more', () => {
    expect(idOf([decodeAt('d0', 20), decodeAt('d1', 100)])).to.equal('d1');
    expect(idOf([decodeAt('d0', 90), decodeAt('d1', 20)])).to.equal('d0');
  });

  it('fills a running instance rather than open a batch step of another', () => {
    expect(idOf([decodeAt('d0', 128), decodeAt('d1', 60)])).to.equal('d1');
  });

  it('wakes another one when the busy one has no room within the SLO', () => {
    expect(idOf([decodeAt('d0', 0), decodeAt('d1', 300)])).to.equal('d0');
    expect(idOf([decodeAt('d0', 0), decodeAt('d1', 0, { incoming: 300, incomingTokens: 360_000 })])).to.equal('d0');
  });

  it('takes the one with the fewest requests when none has room', () => {
    const { id, reason, costJ } = choose([decodeAt('d0', 320), decodeAt('d1', 310, { incoming: 5 }), decodeAt('d2', 330)]);
    expect(id).to.equal('d1');
    expect(reason).to.include('no room within the ITL SLO');
    expect(costJ).to.equal(Infinity);
  });

  it('when all are full, fills each in proportion to what it can hold', () => {
    const slower = predictorOf('d0');
    const half: typeof slower = {
      ...slower,
      predict: (load, clockMhz) => {
        const answer = slower.predict(load, clockMhz);
        return { ...answer, latencyMs: answer.latencyMs * 1.4 };
      },
    };
    expect(idOf([decodeAt('d0', 300), decodeAt('d1', 290, {}, { predictor: half })])).to.equal('d0');
    expect(idOf([decodeAt('d0', 900), decodeAt('d1', 290, {}, { predictor: half })])).to.equal('d1');
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
    expect(idOf([coming, decodeAt('d1', 30)])).to.equal('d0');
    expect(idOf([coming, decodeAt('d1', 50)])).to.equal('d1');
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
    expect(idOf([decodeAt('d0', 40, {}, { predictor: thirsty }), decodeAt('d1', 30)])).to.equal('d1');
  });

  it('packs one after the other as requests pile up, and then spreads', () => {
    const chooser = new EcoDecode(ECO_TUNABLES);
    const held = [0, 0, 0];
    const order: number[] = [];
    for (let turn = 0; turn < 1200; turn++) {
      const decode = held.map((requests, i) => decodeAt(`d${i}`, requests));
      const chosen = Number(chooser.choose(question({ decode, slo: { ...SLO, itlMs: 30 } })).id.slice(1));
      if (held[chosen] === 0) order.push(turn);
      held[chosen]!++;
    }
    // Each next one is woken only when those before it hold a good batch.
    expect(order).to.have.length(3);
    expect(order[1]! - order[0]!).to.be.above(30);
    expect(order[2]! - order[1]!).to.be.above(30);
    // Beyond everybody's room the load is shared evenly.
    expect(Math.max(...held) - Math.min(...held)).to.be.at.most(1);
  });

  it('without packing: fewest requests', () => {
    expect(idOf([decodeAt('d0', 9), decodeAt('d1', 3)], SLO.itlMs, { ...ECO_TUNABLES, packDecode: false })).to.equal('d1');
  });

  it('adds what the transfer costs, the same everywhere', () => {
    const decode = [decodeAt('d0', 5), decodeAt('d1', 0)];
    const dearer = choose(decode, SLO.itlMs, { ...ECO_TUNABLES, transferJPerToken: 0.01 });
    expect(dearer.id).to.equal('d0');
    expect(dearer.costJ - choose(decode).costJ).to.be.closeTo(10, 1e-9);
  });

  it('asks a learning predictor again after a while, and no other', () => {
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
      expect(asking(10), 'known').to.equal(0);
      const later = asking(10 + ECO_TUNABLES.refreshMs);
      if (learning) expect(later, 'stale').to.be.above(0);
      else expect(later, 'static').to.equal(0);
    }
  });
});
