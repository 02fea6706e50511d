import { expect } from 'chai';
import { createSseParser, EventTooLong } from '../../../src/domain/sse.ts';

const parse = (...chunks: (string | Uint8Array)[]): string[] => {
  const payloads: string[] = [];
  const parser = createSseParser((payload) => payloads.push(payload));
  for (const chunk of chunks) parser.push(chunk);
  parser.end();
  return payloads;
};

describe('createSseParser', () => {
  it('reports each event of a chunk in order', () => {
    expect(parse('data: a\n\ndata: b\n\ndata: [DONE]\n\n')).to.deep.equal(['a', 'b', '[DONE]']);
  });

  it('reports an event as soon as its blank line is there, not before', () => {
    const payloads: string[] = [];
    const parser = createSseParser((payload) => payloads.push(payload));
    parser.push('data: a\n');
    expect(payloads).to.deep.equal([]);
    parser.push('\n');
    expect(payloads).to.deep.equal(['a']);
  });

  it('takes LF, CR LF and CR as line ends, also when CR LF is cut in two', () => {
    expect(parse('data: a\r\n\r\ndata: b\r\rdata: c\n\n')).to.deep.equal(['a', 'b', 'c']);
    expect(parse('data: a\r', '\n', '\r', '\ndata: b\r', '\n\r\n')).to.deep.equal(['a', 'b']);
  });

  it('joins several data lines and removes at most one leading space', () => {
    expect(parse('data:a\ndata:  b\n\n')).to.deep.equal(['a\n b']);
  });

  it('passes over comments, other fields and events without data', () => {
    expect(parse(': ping\n\nevent: x\nid: 1\ndatabase: no\ndata: a\n\ndata:\n\ndata\n\n')).to.deep.equal(['a']);
  });

  it('puts together a character that was cut in two', () => {
    const bytes = new TextEncoder().encode('data: né€\n\n');
    expect(parse(bytes.subarray(0, 8), bytes.subarray(8, 11), bytes.subarray(11))).to.deep.equal(['né€']);
  });

  it('takes an event of 4 MiB and none that is longer, whatever it is made of', () => {
    const mebibyte = 'x'.repeat(2 ** 20);
    const line = `data: ${mebibyte.slice(6)}\n`;
    expect(parse(line, line, line, line, '\n', line, '\n').map(({ length }) => length)).to.deep.equal([2 ** 22 - 21, 2 ** 20 - 6]);
    expect(() => parse(...Array<string>(5).fill(line))).to.throw(EventTooLong, '4 MiB');
    for (const start of ['data: ', ': ', '']) expect(() => parse(start, ...Array<string>(5).fill(mebibyte)), start).to.throw(EventTooLong);
  });

  it('hands over an unclosed last event at the end, once', () => {
    expect(parse('data: a\n\ndata: [DONE]')).to.deep.equal(['a', '[DONE]']);
    expect(parse('data: a\r')).to.deep.equal(['a']);
    expect(parse('data: a\r\n')).to.deep.equal(['a']);
    expect(parse('')).to.deep.equal([]);
  });
});
