import { expect } from 'chai';
import Ajv from 'ajv/dist/2020.js';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { parseTrace, readTrace } from '../../../src/workload/trace.ts';
import { TraceImport } from '../../../src/workload/traces/import.ts';
import { ownLines, type TraceHeader } from '../../../src/workload/traces/own.ts';
import { readSchema, validator } from '../../fixtures/schemas.ts';

const header = (requests: number, timed = true): TraceHeader => ({
  schemaVersion: 1,
  kind: 'trace',
  voltana: '0.1.0',
  timed,
  requests,
  source: { format: 'mooncake', files: ['a.jsonl'], dropped: 2, notes: ['a note'] },
});
const REQUESTS: WorkloadRequest[] = [
  { id: 'r000001', arrivalMs: 0.1, promptTokens: 600, maxTokens: 3, prefix: ['b1'] },
  { id: 'r000002', arrivalMs: 7, promptTokens: 5, maxTokens: 4 },
];
const file = (timed = true): string[] => [...ownLines(header(2, timed), REQUESTS)];
const BARE = '{"schemaVersion":1,"kind":"trace"}';

describe("voltana's own workload file", () => {
  it('keeps times as they are, prefixes and notes', () => {
    const trace = readTrace(file().join('\n'), 'w.jsonl');
    expect(trace).to.deep.include({ format: 'voltana', timed: true, dropped: 0, notes: ['a note'] });
    expect([...trace.requests]).to.deep.equal(REQUESTS);
  });

  it('may have no times', () => {
    expect(file(false).join()).to.not.include('arrivalMs');
    const trace = readTrace(file(false).join('\n'), 'w.jsonl');
    expect(trace.timed).to.equal(false);
    expect([...trace.requests].map(({ arrivalMs }) => arrivalMs)).to.deep.equal([0, 0]);
  });

  it('may be written by hand: a bare first line, ids, any order', () => {
    const text = `${BARE}\n{"id":"x","arrivalMs":9,"promptTokens":1,"maxTokens":2}\n{"arrivalMs":3,"promptTokens":3,"maxTokens":4}\n`;
    expect(parseTrace(text, 'w').map(({ id, arrivalMs }) => [id, arrivalMs])).to.deep.equal([
      ['r000001', 3],
      ['r000002', 9],
    ]);
  });

  it('is what its schema says', () => {
    const [head, ...requests] = file().map((line) => JSON.parse(line) as unknown);
    const validate = validator('trace');
    expect(validate(head), JSON.stringify(validate.errors)).to.equal(true);
    const { definitions } = readSchema('trace') as { definitions: Record<string, object> };
    const request = new Ajv.default({ strict: true }).compile({ ...definitions['request'], definitions });
    for (const one of requests) expect(request(one), JSON.stringify(request.errors)).to.equal(true);
    expect(request({ promptTokens: 1 })).to.equal(false);
  });

  it('of several, blocks of one are not those of another', () => {
    const reading = new TraceImport();
    for (const name of ['a', 'b']) {
      reading.beginFile(name);
      file().forEach((line) => reading.line(line));
      reading.endFile();
    }
    expect([...reading.finish().requests].map(({ arrivalMs, prefix }) => [arrivalMs, prefix])).to.deep.equal([
      [0.1, ['b1']],
      [0.1, ['1.b1']],
      [7, undefined],
      [7, undefined],
    ]);
  });

  it('stands in no import beside a file of another kind, or one without times', () => {
    const reading = new TraceImport();
    reading.beginFile('a');
    file().forEach((line) => reading.line(line));
    reading.endFile();
    reading.beginFile('b');
    expect(() => reading.line('TIMESTAMP,ContextTokens,GeneratedTokens')).to.throw(
      VoltanaError,
      'b, line 1: a file of azure after one of voltana',
    );
    reading.beginFile('c');
    file(false).forEach((line) => reading.line(line));
    expect(() => reading.endFile()).to.throw(VoltanaError, 'c, line 1: some of the files have times');
  });

  const request = '{"arrivalMs":1,"promptTokens":1,"maxTokens":1}';
  const bad: Record<string, [text: string, place: string]> = {
    'a file that is cut off': [file().slice(0, 2).join('\n'), 'line 2: the file ends after 1 of 2 requests'],
    'a file that is cut off in a line': [file().join('\n').slice(0, -5), 'line 3: not a JSON object'],
    'more requests than it tells of': [[...file(), request].join('\n'), 'line 4: a request more than the 2'],
    'another version': ['{"kind":"trace","schemaVersion":2}', 'line 1: schemaVersion must be 1'],
    'a misspelt key': [`${BARE}\n{"arrivalMs":1,"promptTokens":1,"maxToken":1}`, 'line 2: unknown key "maxToken"'],
    'a missing time': [`${BARE}\n{"promptTokens":1,"maxTokens":1}`, 'line 2: arrivalMs'],
    'a time where there are none': [`{"schemaVersion":1,"kind":"trace","timed":false}\n${request}`, 'line 2: an arrivalMs'],
    'a negative time': [`${BARE}\n{"arrivalMs":-1,"promptTokens":1,"maxTokens":1}`, 'line 2: arrivalMs'],
    'a prefix of numbers': [`${BARE}\n{"arrivalMs":1,"promptTokens":1,"maxTokens":1,"prefix":[1]}`, 'line 2: prefix'],
    'a first line alone': [`${BARE}\n`, 'line 2: the trace holds no request'],
  };
  for (const [name, [text, place]] of Object.entries(bad))
    it(`names the file and the line of ${name}`, () => {
      expect(() => parseTrace(text, 'w.jsonl'))
        .to.throw(VoltanaError, `w.jsonl, ${place}`)
        .with.property('code', 'FILE_MALFORMED');
    });
});
