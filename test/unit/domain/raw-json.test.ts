import { expect } from 'chai';
import { rawAt, RawObject } from '../../../src/domain/raw-json.ts';

describe('raw JSON', () => {
  it('keeps integers that no double holds', () => {
    const body = RawObject.parse('{"id": 9223372036854775807 , "prompt":"a"}');
    expect(body.raw('id')).to.equal('9223372036854775807');
    expect(body.with({ prompt: null, n: '1' }).text).to.equal('{"id": 9223372036854775807,"n":1}');
  });

  it('replaces every one of repeated keys, however they are spelt', () => {
    expect(RawObject.parse('{"a":1,"\\u0061":2,"b":3}').with({ a: '4' }).text).to.equal('{"b":3,"a":4}');
  });

  it('refuses a change that would smuggle in members', () => {
    const body = RawObject.parse('{"a":1}');
    for (const change of ['1,"b":2', '1}', '', '"']) expect(() => body.with({ c: change }), change).to.throw(SyntaxError);
  });

  it('finds nothing where the path leads into something else', () => {
    const text = '{"a":[1,{"b":2}],"c":"[9]"}';
    expect(rawAt(text, ['a', 1, 'b'])).to.equal('2');
    for (const path of [['a', 'b'], ['a', 2], ['a', -1], ['a', 0, 'x'], ['c', 0], [0], ['a', 0, 0]])
      expect(rawAt(text, path)).to.equal(null);
  });

  it('touches each character of a text a bounded number of times', () => {
    // What the walk reads, counted: a megabyte of escapes and quotes is where a careless one would take its square.
    const reads = (length: number): number => {
      const text = `{"a":"${'\\\\'.repeat(length)}","b":[${'"\\"",'.repeat(length)}0],"c":1}`;
      const original = String.prototype.charCodeAt;
      let count = 0;
      String.prototype.charCodeAt = function (this: string, at: number) {
        count += 1;
        return original.call(this, at);
      };
      try {
        RawObject.parse(text).with({ c: null });
      } finally {
        String.prototype.charCodeAt = original;
      }
      return count;
    };
    expect(reads(20_000)).to.be.below(2.2 * reads(10_000));
  });
});
