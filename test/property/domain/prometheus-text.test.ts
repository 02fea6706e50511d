import { expect } from 'chai';
import fc from 'fast-check';
import { samplesIn, type Sample } from '../../../src/domain/prometheus-text.ts';

const word = (first: string, rest: string) =>
  fc.tuple(fc.constantFrom(...first), fc.string({ unit: fc.constantFrom(...rest), maxLength: 8 })).map(([head, tail]) => head + tail);
const names = word('abz_:', 'abz_:09');
const labelNames = word('abz_', 'abz_09');
const values = fc.oneof(fc.double(), fc.integer(), fc.constantFrom(NaN, Infinity, -Infinity, -0));
const samples: fc.Arbitrary<Sample> = fc.record({
  name: names,
  labels: fc.dictionary(labelNames, fc.string({ unit: 'binary', maxLength: 6 })),
  value: values,
});

const escaped = (text: string): string => text.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');
const numeral = (value: number): string =>
  Number.isNaN(value) ? 'NaN' : Number.isFinite(value) ? String(value) : value > 0 ? '+Inf' : '-Inf';
const blanks = fc.string({ unit: fc.constantFrom(' ', '\t'), maxLength: 2 });
/** As an exposition may write it: blanks, a last comma, a timestamp. */
const written = ({ name, labels, value }: Sample, [gap, comma, stamp]: readonly [string, boolean, boolean]): string => {
  const pairs = Object.entries(labels).map(([key, text]) => `${key}${gap}=${gap}"${escaped(text)}"`);
  const inside = pairs.length === 0 && !comma ? '' : `{${gap}${pairs.join(`,${gap}`)}${comma && pairs.length > 0 ? ',' : ''}${gap}}`;
  return `${gap}${name}${inside} ${gap}${numeral(value)}${stamp ? ' 1700000000000' : ''}`;
};
const looks = fc.tuple(blanks, fc.boolean(), fc.boolean());
const noise = fc.oneof(
  fc.constantFrom('', '# HELP a b', '# TYPE a gauge', '#', 'a', 'a{', 'a{b="c', '{} 1', 'a 1,5', '9a 1', 'a{b=c} 1', '<html>'),
  fc.string().map((text) => `# ${text.replaceAll('\n', '')}`),
);
/** Line breaks of another system would end a line of the format. */
const oneLine = ({ labels }: Sample): boolean => Object.values(labels).every((text) => !text.includes('\r'));

describe('Prometheus text', () => {
  it('every sample is read, however it is written and whatever stands between', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(samples.filter(oneLine), looks, noise), { maxLength: 8 }), (lines) => {
        const text = lines.map(([sample, look, junk]) => `${junk}\n${written(sample, look)}\n`).join('');
        expect(samplesIn(text)).to.deep.equal(
          lines.map(([{ value, ...sample }]) => ({ ...sample, value: Object.is(value, -0) ? 0 : value })),
        );
      }),
      { numRuns: 500 },
    );
  });

  it('never throws and tells only what is asked for', () => {
    fc.assert(
      fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: fc.constantFrom(...'a{}="\\,\n 1#') })), (text) => {
        for (const { name, value } of samplesIn(text, (asked) => asked.startsWith('a'))) {
          expect(name).to.match(/^a/);
          expect(value).to.be.a('number');
        }
      }),
      { numRuns: 1000 },
    );
  });
});
