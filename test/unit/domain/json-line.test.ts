import { createInterface } from 'node:readline';
import { Readable } from 'node:stream';
import { expect } from 'chai';
import fc from 'fast-check';
import { jsonLine } from '../../../src/domain/json-line.ts';

const SEPARATORS = ['\u2028', '\u2029'];

/** As processes read each other's lines. */
const linesOf = async (text: string): Promise<string[]> => {
  const lines: string[] = [];
  for await (const line of createInterface({ input: Readable.from([text]) })) lines.push(line);
  return lines;
};

describe('a JSON line', () => {
  it('is one line and the same value, whatever separators its texts hold', async () => {
    const text = fc
      .array(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom(...SEPARATORS, '\n', '\r')))
      .map((parts) => parts.join(''));
    await fc.assert(
      fc.asyncProperty(fc.dictionary(text, fc.oneof(text, fc.array(text))), async (value) => {
        const lines = await linesOf(`${jsonLine(value)}\n`);
        expect(lines).to.have.length(1);
        expect(JSON.parse(lines[0]!)).to.deep.equal(JSON.parse(JSON.stringify(value)));
      }),
    );
    expect(await linesOf(`${JSON.stringify(SEPARATORS[0])}\n`), 'what it is for').to.have.length(2);
  });
});
