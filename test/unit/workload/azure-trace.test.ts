import { expect } from 'chai';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { parseTrace } from '../../../src/workload/trace.ts';

const parseAzureTrace = (text: string, file: string): WorkloadRequest[] => parseTrace(text, file, 'azure');
const HEADER = 'TIMESTAMP,ContextTokens,GeneratedTokens';
const FIRST = '2023-11-16 18:15:46.6805900,374,44';

describe('an Azure trace', () => {
  it('counts arrivals from the first one, to a tenth of a microsecond, across midnight', () => {
    const csv = `${HEADER}\r\n2023-11-16 23:59:59.9999999,374,44\r\n2023-11-17 00:00:00.0000001,396,109`;
    const [first, second] = parseAzureTrace(csv, 'a.csv');
    expect(first).to.deep.equal({ id: 'r000001', arrivalMs: 0, promptTokens: 374, maxTokens: 44 });
    expect(second?.arrivalMs).to.be.closeTo(0.0002, 1e-9);
  });

  it('sorts rows that are out of order', () => {
    const trace = parseAzureTrace(`${HEADER}\n${FIRST}\n2023-11-16 18:15:45,5,6\n`, 'a.csv');
    expect(trace.map(({ promptTokens }) => promptTokens)).to.deep.equal([5, 374]);
    expect(trace[1]?.arrivalMs).to.be.closeTo(1680.59, 1e-6);
  });

  it('takes a byte order mark, blank lines and times with a UTC suffix', () => {
    expect(parseAzureTrace(`\uFEFF${HEADER}\n\n2024-05-10 00:00:00.009930+00:00,1,1\n\n`, 'a.csv')).to.have.length(1);
  });

  const bad: Record<string, [csv: string, place: string]> = {
    'an empty file': ['', 'line 1'],
    'a header without its columns': ['a,b,c\n1,2,3', 'line 1'],
    'a header alone': [`${HEADER}\n`, 'line 2'],
    'text for a number': [`${HEADER}\n${FIRST}\n2023-11-16 18:15:46.68,many,44`, 'line 3'],
    'a fraction of a token': [`${HEADER}\n2023-11-16 18:15:46.68,1.5,44`, 'line 2'],
    'an empty prompt': [`${HEADER}\n2023-11-16 18:15:46.68,0,44`, 'line 2'],
    'a negative answer': [`${HEADER}\n${FIRST}\n\n2023-11-16 18:15:46.68,1,-1`, 'line 4'],
    'a time that is none': [`${HEADER}\nyesterday,1,1`, 'line 2'],
    'a day that does not exist': [`${HEADER}\n2023-02-30 18:15:46.68,1,1`, 'line 2'],
    'a missing column': [`${HEADER}\n${FIRST}\n2023-11-16 18:15:46.68,1`, 'line 3'],
    'an open quote': [`${HEADER}\n"2023-11-16 18:15:46.68,1,1`, 'line 2'],
  };
  for (const [name, [csv, place]] of Object.entries(bad)) {
    it(`names the file and the line of ${name}`, () => {
      expect(() => parseAzureTrace(csv, 'traces/a.csv'))
        .to.throw(VoltanaError, `traces/a.csv, ${place}:`)
        .with.property('code', 'FILE_MALFORMED');
    });
  }
});
