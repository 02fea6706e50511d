import { expect } from 'chai';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import { parseTuningOrder } from '../../../../../src/runs/serving/tuning/order.ts';

describe('order to live tuning', () => {
  for (const order of [
    { action: 'start' },
    { action: 'start', sloTarget: 0.95, pace: 'quick', killFile: '/tmp/kill' },
    { action: 'kill', reason: 'by hand' },
    { action: 'signal', value: null },
    { action: 'signal', value: 0.31 },
  ])
    it(`takes ${JSON.stringify(order)}`, () => expect(parseTuningOrder(JSON.stringify(order))).to.deep.equal(order));

  for (const [text, problem] of [
    ['', 'no JSON'],
    ['[]', 'the order to live tuning'],
    ['null', 'the order to live tuning'],
    ['{}', 'action'],
    ['{"action":"explode"}', 'action'],
    ['{"action":"start","sloTarget":1}', 'sloTarget'],
    ['{"action":"start","sloTarget":0.1}', 'sloTarget'],
    ['{"action":"start","pace":"reckless"}', 'pace'],
    ['{"action":"start","reason":"x"}', 'takes no reason'],
    ['{"action":"stop","killFile":"/x"}', 'takes no killFile'],
    ['{"action":"kill","extra":1}', 'extra'],
    ['{"action":"signal"}', 'needs a value'],
    ['{"action":"signal","value":-1}', 'value'],
    ['{"action":"signal","value":"1"}', 'value'],
  ] as const)
    it(`refuses ${text}, naming ${problem}`, () => {
      expect(() => parseTuningOrder(text)).to.throw(VoltanaError, problem);
    });
});
