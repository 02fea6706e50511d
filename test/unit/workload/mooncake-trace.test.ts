import { expect } from 'chai';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { WorkloadRequest } from '../../../src/domain/request.ts';
import { parseTrace } from '../../../src/workload/trace.ts';

const parseMooncakeTrace = (text: string, file: string): WorkloadRequest[] => parseTrace(text, file, 'mooncake');
const HEADER = 'timestamp_ms,input_length_tokens,output_length_tokens,n_hash_blocks_512tok';

describe('a Mooncake table', () => {
  it('counts from the first arrival, sorts, and leaves the block count out', () => {
    expect(parseMooncakeTrace(`${HEADER}\n6000,700,30,2\n3000,6758,500,14\n`, 'm.csv')).to.deep.equal([
      { id: 'r000001', arrivalMs: 0, promptTokens: 6758, maxTokens: 500 },
      { id: 'r000002', arrivalMs: 3000, promptTokens: 700, maxTokens: 30 },
    ]);
  });

  const bad: Record<string, [csv: string, place: string]> = {
    'a header of another trace': ['TIMESTAMP,ContextTokens,GeneratedTokens\n1,2,3', 'line 1'],
    'a header alone': [`${HEADER}\n`, 'line 2'],
    'a negative time': [`${HEADER}\n-1,10,10,1`, 'line 2'],
    'a time that is none': [`${HEADER}\n0,10,10,1\nsoon,10,10,1`, 'line 3'],
    'an empty answer': [`${HEADER}\n0,10,0,1`, 'line 2'],
    'a missing column': [`${HEADER}\n0,10,10`, 'line 2'],
  };
  for (const [name, [csv, place]] of Object.entries(bad)) {
    it(`names the file and the line of ${name}`, () => {
      expect(() => parseMooncakeTrace(csv, 'traces/m.csv'))
        .to.throw(VoltanaError, `traces/m.csv, ${place}:`)
        .with.property('code', 'FILE_MALFORMED');
    });
  }
});

describe('parseTrace', () => {
  it('tells the format by its header, a byte order mark aside', () => {
    expect(parseTrace(`\uFEFF${HEADER}\r\n5,10,20,1`, 'm.csv')).to.have.nested.property('[0].maxTokens', 20);
    expect(parseTrace('TIMESTAMP,ContextTokens,GeneratedTokens\n2023-11-16 18:15:46.68,374,44', 'a.csv')).to.have.nested.property(
      '[0].maxTokens',
      44,
    );
  });

  it('lists the headers it knows when it does not know one', () => {
    for (const csv of ['', 'a,b,c\n1,2,3']) {
      expect(() => parseTrace(csv, 'x.csv'))
        .to.throw(VoltanaError, 'x.csv, line 1:')
        .with.property('hint')
        .that.includes(HEADER);
    }
  });
});
