import { expect } from 'chai';
import { wallValue } from '../../../src/domain/wall-value.ts';

const PLUG = JSON.stringify({ ENERGY: { Total: '12.345', Power: 87, At: null }, meters: [{ power: 1.5 }, { power: -2 }] });
const METRICS = [
  '# TYPE node_watts gauge',
  'node_watts{psu="1",host="a"} 120.5',
  'node_watts{psu="2",host="a"} 110',
  'pdu_joules_total 5.5e3 1700000000',
  'broken_watts NaN',
].join('\n');

describe("a wall meter's number", () => {
  it('is found in JSON by its path, in numbers and in texts that are one', () => {
    expect(wallValue(PLUG, 'ENERGY.Total')).to.equal(12.345);
    expect(wallValue(PLUG, 'meters[0].power')).to.equal(1.5);
    expect(wallValue('[{"a":3}]', '[0].a')).to.equal(3);
  });

  it('is found among the samples of an exposition, by name and labels', () => {
    expect(wallValue(METRICS, 'pdu_joules_total')).to.equal(5500);
    expect(wallValue(METRICS, 'node_watts{psu="2"}')).to.equal(110);
  });

  it('may be all there is', () => expect(wallValue(' 87000000\n', null)).to.equal(87e6));

  const wrong: [text: string, select: string | null, message: RegExp][] = [
    [PLUG, 'ENERGY.Today', /no ENERGY.Today/],
    [PLUG, 'ENERGY.At', /ENERGY.At is no number/],
    [PLUG, 'ENERGY', /ENERGY is no number/],
    [PLUG, 'toString.length', /no toString/],
    [PLUG, 'meters[1].power', /negative/],
    [PLUG.slice(0, 20), 'ENERGY.Total', /breaks off/],
    [METRICS, 'node_watts', /2 samples of node_watts: say which by its labels/],
    [METRICS, 'node_watts{psu="3"}', /no node_watts/],
    [METRICS, 'other_watts', /no other_watts/],
    [METRICS, '!', /no name of a sample/],
    [METRICS, 'broken_watts', /no number/],
    ['<html>', null, /no number/],
    ['', null, /no number/],
    ['12 W', null, /no number/],
  ];
  for (const [text, select, message] of wrong)
    it(`is not ${select ?? JSON.stringify(text)}: ${message.source}`, () => expect(() => wallValue(text, select)).to.throw(message));
});
