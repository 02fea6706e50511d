import { expect } from 'chai';
import { parseEngineCard, parseGpuCard } from '../../../src/config/cards.ts';
import { parseJson } from '../../../src/config/json-text.ts';
import { engine, gpu } from '../../fixtures/world/shipped.ts';

describe('documents in JSON', () => {
  it('reads what JSON is', () => {
    for (const value of [{}, [], 1, 'a:{"b":1,"b":2}', { a: [{ b: 1 }, { b: 2 }], b: { a: 1 } }, { 'a"': ':', a: '\\' }])
      expect(parseJson(JSON.stringify(value))).to.deep.equal(value);
  });

  it('refuses a key that is there twice, in any spelling, and nesting beyond reason', () => {
    expect(() => parseJson('{"a":1,"b":{"a":2},"a":3}')).to.throw(SyntaxError, 'the key "a" is there twice');
    expect(() => parseJson('{"a":1,"\\u0061":3}')).to.throw(SyntaxError, 'is there twice');
    expect(() => parseJson('['.repeat(200_000) + ']'.repeat(200_000))).to.throw(SyntaxError, 'nested deeper');
  });

  it('a file named .json is JSON, and nothing else', () => {
    expect(() => parseGpuCard('id: a100', 'gpu.json'))
      .to.throw()
      .with.include({ code: 'FILE_MALFORMED', exitCode: 2 });
    expect(parseGpuCard(`\uFEFF${JSON.stringify(gpu)}`, 'gpu.json')).to.deep.equal(gpu);
  });
});

describe('cards whose numbers make no sense together', () => {
  const withClock = (clock: object): string => JSON.stringify({ ...gpu, clock: { ...gpu.clock, ...clock } });

  it('refuses a clock table that is empty or endless', () => {
    expect(() => parseGpuCard(withClock({ maxMhz: 100 }), 'x.json')).to.throw('clock.minMhz 210 is above clock.maxMhz 100');
    expect(() => parseGpuCard(withClock({ stepMhz: 1e-5 }), 'x.json')).to.throw('more than 10000 clocks');
    expect(() => parseGpuCard(withClock({ maxMhz: 1e9 }), 'x.json')).to.throw('more than 10000 clocks');
  });

  it('refuses captured batches that do not ascend', () => {
    expect(() => parseEngineCard(JSON.stringify({ ...engine, captureSizes: [8, 1] }), 'x.json')).to.throw('captureSizes must ascend');
  });
});
