import { expect } from 'chai';
import fc from 'fast-check';
import { decoded, EventSplitter } from '../../../../src/adapters/gateway/event-splitter.ts';
import { createSseParser } from '../../../../src/domain/sse.ts';

const text = fc.string({ unit: 'grapheme', maxLength: 12 }).map((some) => some.replace(/[\r\n]/g, ' '));
const line = fc.oneof(
  text.map((some) => `data: ${some}`),
  text.map((some) => `data:${some}`),
  text.map((some) => `: ${some}`),
  fc.constant('event: x'),
  fc.constant('data'),
);
const lineEnd = fc.constantFrom('\n', '\r\n', '\r');
const stream = lineEnd.chain((end) =>
  fc
    .array(fc.array(line, { minLength: 1, maxLength: 3 }), { maxLength: 6 })
    .map((events) => events.map((lines) => [...lines, '', ''].slice(0, -1).join(end) + end).join('')),
);
const cuts = fc.array(fc.nat(200), { maxLength: 6 });

const piecesOf = (bytes: Buffer, at: readonly number[]): Buffer[] => {
  const borders = [0, ...at.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
  return borders.slice(1).map((end, i) => bytes.subarray(borders[i], end));
};

describe('gateway: event splitter', () => {
  it('returns what came, byte for byte, and reads the same payloads as the parser, wherever it is cut', () => {
    fc.assert(
      fc.property(stream, cuts, (whole, at) => {
        const expected: string[] = [];
        const parser = createSseParser((payload) => expected.push(payload));
        const payloads: string[] = [];
        const splitter = new EventSplitter((payload) => payloads.push(decoded(payload)) > 0);
        const passed: Buffer[] = [];
        for (const piece of piecesOf(Buffer.from(whole), at)) {
          parser.push(piece);
          passed.push(Buffer.from(splitter.push(piece)));
        }
        expect(Buffer.concat([...passed, splitter.end()]).toString()).to.equal(whole);
        // Empty data lines mean nothing to any protocol here: the parser skips some of them.
        const said = (list: readonly string[]): string[] => list.map((payload) => payload.replace(/\n+/g, '\n').trim()).filter(Boolean);
        expect(said(payloads)).to.deep.equal(said(expected));
      }),
    );
  });

  it('passes whole events only, and drops exactly those that the sink drops', () => {
    const events = fc.array(fc.tuple(fc.boolean(), fc.integer({ min: 0, max: 99 })), { maxLength: 12 });
    fc.assert(
      fc.property(events, cuts, (some, at) => {
        const event = ([keep, number]: readonly [boolean, number]): string => `data: ${keep ? 'keep' : 'drop'} ${number}\n\n`;
        const splitter = new EventSplitter((payload) => payload.startsWith('keep'));
        let passed = '';
        for (const piece of piecesOf(Buffer.from(some.map(event).join('')), at)) {
          passed += splitter.push(piece).toString();
          expect(passed === '' || passed.endsWith('\n\n')).to.equal(true);
        }
        expect(passed).to.equal(some.filter(([keep]) => keep).map(event).join('')); // prettier-ignore
      }),
    );
  });

  it('holds an event that does not end, in pieces, and says how much it holds', () => {
    const splitter = new EventSplitter(() => true);
    for (let i = 1; i <= 100; i += 1) {
      expect(splitter.push(Buffer.from('x'.repeat(1000)))).to.have.length(0);
      expect(splitter.heldBytes).to.equal(1000 * i);
    }
    expect(splitter.push(Buffer.from('\n\n'))).to.have.length(100_002);
    expect(splitter.heldBytes).to.equal(0);
  });
});
