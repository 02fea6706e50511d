import { expect } from 'chai';
import fc from 'fast-check';
import { createSseParser } from '../../../src/domain/sse.ts';

const parse = (chunks: readonly Uint8Array[]): string[] => {
  const payloads: string[] = [];
  const parser = createSseParser((payload) => payloads.push(payload));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return payloads;
};

const split = (bytes: Uint8Array, cuts: readonly number[]): Uint8Array[] => {
  const edges = [0, ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b), bytes.length];
  return edges.slice(1).map((edge, index) => bytes.subarray(edges[index], edge));
};

const encode = (text: string): Uint8Array => new TextEncoder().encode(text);
const cuts = fc.array(fc.nat(), { maxLength: 20 });
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const payload = fc.string({ unit: 'binary', minLength: 1 }).filter((text) => !/[\r\n\uFEFF]/.test(text));
const fragment = fc.constantFrom('data: ', 'data:', 'data', ':', 'id: 1', '\n', '\r', '\r\n', '\n\n', '€', 'x', '{"a":1}', ' ');

describe('createSseParser (properties)', () => {
  it('gives back every payload, whatever the line ends and the cuts', () => {
    fc.assert(
      fc.property(fc.array(payload, { maxLength: 8 }), lineEnd, cuts, (payloads, eol, at) => {
        const stream = encode(payloads.map((text) => `data: ${text}${eol}${eol}`).join(''));
        // Lone surrogates have no UTF-8: the encoder replaces them.
        const expected = payloads.map((text) => new TextDecoder().decode(encode(text)));
        expect(parse(split(stream, at))).to.deep.equal(expected);
      }),
    );
  });

  it('sees the same events in any bytes, however they are cut', () => {
    fc.assert(
      fc.property(fc.array(fragment, { maxLength: 40 }), cuts, (fragments, at) => {
        const stream = encode(fragments.join(''));
        expect(parse(split(stream, at))).to.deep.equal(parse([stream]));
      }),
      { numRuns: 500 },
    );
  });

  it('sees the same events byte by byte, in arbitrary bytes', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (noise) => {
        const stream = new Uint8Array([...encode('data: '), ...noise]);
        const single = [...stream].map((byte) => new Uint8Array([byte]));
        expect(parse(single)).to.deep.equal(parse([stream]));
      }),
    );
  });
});
