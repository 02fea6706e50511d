import { expect } from 'chai';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import { parseFitted } from '../../../../src/config/fitted-document.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { ProfileDocument } from '../../../../src/domain/profile.ts';
import { fitCurves } from '../../../../src/runs/fitting/curves.ts';
import { fit, type FitResult } from '../../../../src/runs/fitting/fit.ts';
import { checkFitOutputs, writeFit } from '../../../../src/runs/fitting/output-files.ts';
import type { FitRequest } from '../../../../src/runs/fitting/request.ts';
import { Library } from '../../../../src/runs/library.ts';
import { SAMPLES } from '../../../fixtures/measurements.ts';
import { memoryStore } from '../../../fixtures/memory-store.ts';
import { profileDocument, smallSpecs } from '../../../fixtures/profile-document.ts';
import { header } from '../../../fixtures/run-records.ts';
import { shippedSpecs } from '../../../fixtures/world/shipped.ts';

const library = new Library(shippedProfiles(fileStore()), fileStore());
const UNTOLD = { gpu: undefined, model: undefined, tp: undefined, workload: 'azure-conv-2023' };

const fitFiles = (texts: Record<string, string>, given: Partial<FitRequest> = {}): Promise<FitResult> => {
  const { store, exists } = memoryStore(texts);
  return fit({ files: Object.keys(texts), ...UNTOLD, ...given }, { ...header, argv: ['fit'] }, { store, library, exists });
};

const refusal = async (texts: Record<string, string>, given: Partial<FitRequest> = {}): Promise<VoltanaError> => {
  const answer = await fitFiles(texts, given).catch((error: unknown) => error);
  if (answer instanceof VoltanaError) return answer;
  throw new Error('not refused', { cause: answer });
};

const small = profileDocument(smallSpecs());
const json = (over: Partial<ProfileDocument> = {}): string => JSON.stringify({ ...small, ...over });
const HEADER = 'freq,bs_start,bs_end,coef_bs,coef_tokens,coef_intercept,r_2';
const LINE = '1005,1,8,0.1,0.001,5,0.99';
const iterationsAt = (clockMhz: number, model = 'llama-3.1-8b'): string =>
  [
    'model,tp,phase,batch,tokens,cached_tokens,clock_mhz,latency_ms,power_w',
    ...[1005, clockMhz].map((mhz) => `${model},1,decode,8,512,,${mhz},9,200`),
  ].join('\n');
const TABLE = `${HEADER}\n${LINE}\n`;

let whole: FitResult;
before(async function () {
  this.timeout(20_000);
  whole = await fitFiles({ 'p.json': json() });
});

describe('fit of profiles', function () {
  this.timeout(20_000);

  it("gives a valid fitted document with the profile's provenance and evidence, and the cards that it names", () => {
    const text = JSON.stringify(whole.fitted);
    expect(parseFitted(text, 'f.json')).to.deep.equal(JSON.parse(text));
    expect(whole.fitted).to.deep.include({ kind: 'fitted', evidence: 'emulated', provenance: small.provenance });
    expect(whole.fitted.cards?.gpu.id).to.equal('a100-sxm4-80gb');
    expect(whole.fitted.instances.map(({ instance }) => instance)).to.have.members(['p0', 'd0']);
    expect(whole.fitted.quality.decode.latencyMapePct).to.be.below(5);
  });

  it('of one deployment are one: parts of a profile fit as the whole does', async () => {
    const [even, odd] = [0, 1].map((rest) => json({ points: small.points.filter((_, i) => i % 2 === rest) }));
    const parts = await fitFiles({ 'a.json': even!, 'b.json': odd! });
    const inOrder = (result: FitResult) => result.measured!.points.map((point) => JSON.stringify(point)).toSorted();
    expect(inOrder(parts)).to.deep.equal(inOrder(whole));
    expect(parts.fitted.quality.decode.heldOutPoints).to.equal(whole.fitted.quality.decode.heldOutPoints);
  });

  it('counts what stands in two of them once, and says so', async () => {
    const twice = await fitFiles({ 'a.json': json(), 'b.json': json() });
    expect(twice.fitted.instances).to.deep.equal(whole.fitted.instances);
    expect(twice.fitted.warnings.join()).to.match(new RegExp(`${small.points.length} points are left out`));
  });

  it('has no cards for a GPU that is not known, and says so', async () => {
    const { fitted } = await fitFiles({ 'p.json': json({ provenance: { ...small.provenance, gpu: 'mi300x' } }) });
    expect(fitted.cards).to.equal(null);
    expect(fitted.instances.every(({ model, physics }) => model === 'segments' && physics === null)).to.equal(true);
    expect(fitted.warnings.join()).to.match(/no card for GPU "mi300x"/);
  });

  it('fits the phase that was measured when the other was not', async () => {
    const { fitted } = await fitFiles({ 'p.json': json({ points: small.points.filter(({ phase }) => phase === 'decode') }) });
    expect(fitted.instances.map(({ phase }) => phase)).to.deep.equal(['decode']);
    expect(fitted.quality.prefill.heldOutPoints).to.equal(0);
    expect(fitted.warnings.join()).to.match(/no valid prefill point/);
  });

  it('draws what its DVFS table says: the least energy at the clock of the row', () => {
    for (const { phase, loads } of fitCurves(whole)) {
      expect(loads).to.have.length(3);
      for (const { tokensPerS, points } of loads) {
        const row = whole.fitted.dvfs[phase].find((each) => each.tokensPerS === tokensPerS)!;
        const least = points.reduce((best, point) => (point.energyPerTokenJ < best.energyPerTokenJ ? point : best));
        expect(least.clockMhz, `${phase} at ${tokensPerS} tokens/s`).to.equal(row.clockMhz);
        expect(least.energyPerTokenJ).to.be.closeTo(row.energyPerTokenJ, 1e-12);
      }
    }
  });

  const [first] = small.points;
  const refused: readonly (readonly [
    what: string,
    texts: Record<string, string>,
    given: Partial<FitRequest>,
    exit: number,
    says: RegExp,
  ])[] = [
    [
      'an interrupted profile',
      { 'p.journal.jsonl': `{"kind":"profile-journal","schemaVersion":1}\n{"point":` },
      {},
      2,
      /journal of a profile that was interrupted/,
    ],
    ['an empty file', { 'p.json': '' }, {}, 2, /p\.json is empty/],
    ['what is no JSON', { 'p.json': '{"kind":' }, {}, 2, /p\.json: /],
    ['an empty profile', { 'p.json': json({ points: [] }) }, {}, 6, /no valid point/],
    ['a profile without a valid point', { 'p.json': json({ points: [{ ...first!, valid: false }] }) }, {}, 6, /no valid point/],
    ['a document of another kind', { 'p.json': json({ kind: 'fitted' as 'profile' }) }, {}, 2, /the kind of this is "fitted"/],
    [
      "another schema's profile",
      { 'p.json': json({ schemaVersion: 2 as 1 }) },
      {},
      2,
      /schemaVersion is 2; this version of voltana knows 1/,
    ],
    [
      'a profile of another GPU',
      { 'a.json': json(), 'b.json': json({ provenance: { ...small.provenance, gpu: 'h100-sxm5-80gb' } }) },
      {},
      2,
      /b\.json .*its gpu is "h100/,
    ],
    [
      'another fingerprint',
      { 'a.json': json(), 'b.json': json({ provenance: { ...small.provenance, fingerprint: 'b' } }) },
      {},
      2,
      /its fingerprint is "b"/,
    ],
    ['a GPU that it is not of', { 'p.json': json() }, { gpu: 'h100-sxm5-80gb' }, 2, /measured with gpu a100-sxm4-80gb, not h100/],
    [
      'a clock of another GPU',
      { 'p.json': json({ points: [{ ...first!, requestedClockMhz: 1980 }] }) },
      {},
      2,
      /points\[0\] is at 1980 MHz, .*210 to 1410 MHz/,
    ],
    [
      'a clock between two of the GPU card, in a table',
      { 'm.csv': iterationsAt(700) },
      { gpu: 'a100-sxm4-80gb' },
      2,
      /m\.csv: row 2 is at 700 MHz, .*210 to 1410 MHz in steps of 15/,
    ],
    [
      'such a clock of a model without a card',
      { 'm.csv': iterationsAt(700, 'nobodys-model') },
      { gpu: 'a100-sxm4-80gb' },
      2,
      /row 2 is at 700 MHz/,
    ],
    ['bytes that are no text', { 'm.csv': 'freq,\u0000\u001b[31m\n' }, {}, 2, /^m\.csv is no text: it holds control bytes$/],
    ['a negative latency', { 'p.json': json({ points: [{ ...first!, latencyMs: -1 }] }) }, {}, 2, /points\[0\]\.latencyMs/],
    ['NaN', { 'p.json': json({ points: [{ ...first!, latencyMs: NaN }] }) }, {}, 2, /points\[0\]\.latencyMs/],
    ['what no GPU can do', { 'p.json': json({ points: [{ ...first!, powerW: 1e300 }] }) }, {}, 2, /points\[0\]\.powerW is 1e\+300/],
    [
      'files of two kinds',
      { 'p.json': json(), 'm.csv': SAMPLES.iterations },
      {},
      2,
      /m\.csv is a table of measurements, p\.json is a profile/,
    ],
    ['a table that nobody knows', { 'm.csv': SAMPLES.gemm }, {}, 2, /no table that can be fitted has this header/],
    ['a table that does not say its GPU', { 'm.csv': SAMPLES.iterations }, {}, 2, /does not say on which GPU/],
    ['a public table of another GPU', { 'm.csv': SAMPLES.sweep }, { gpu: 'a100-sxm4-80gb' }, 2, /measured on a800-sxm4-80gb, not on a100/],
    ['an unknown GPU for a table', { 'm.csv': SAMPLES.iterations }, { gpu: 'a100-sxm4-80g' }, 2, /unknown GPU "a100-sxm4-80g"/],
    ['half a pair of lookup tables', { 'x.decode-latency.csv': TABLE }, {}, 2, /energy of decode is missing: x\.decode-latency\.csv/],
    ['a lookup table whose name does not say', { 'x.csv': TABLE }, {}, 2, /name of x\.csv does not say/],
    ['two tables of the same', { 'a.itl.csv': TABLE, 'b.itl.csv': TABLE }, {}, 2, /a\.itl\.csv and b\.itl\.csv are both of decode latency/],
    ['a table without rows', { 'x.itl.csv': `${HEADER}\n` }, {}, 2, /x\.itl\.csv has no rows/],
  ];
  for (const [what, texts, given, exit, says] of refused) {
    it(`refuses ${what}, with exit ${exit}`, async () => {
      const error = await refusal(texts, given);
      expect(error.message).to.match(says);
      expect(error.exitCode).to.equal(exit);
      expect(error.hint).to.match(/\S/);
    });
  }

  for (const [what, points] of [
    ['one clock', small.points.filter(({ requestedClockMhz }) => requestedClockMhz === 1410)],
    ['one point', small.points.slice(-1)],
    ['a constant latency', small.points.map((point) => ({ ...point, latencyMs: 20 }))],
  ] as const) {
    it(`says what a profile of ${what} cannot tell`, async () => {
      const result = await fitFiles({ 'p.json': json({ points }) });
      const { fitted } = result;
      expect(fitted.warnings.join()).to.match(/d0/);
      expect(fitCurves(result).length).to.be.above(0);
      parseFitted(JSON.stringify(fitted), 'f.json');
    });
  }
});

describe('fit of tables', function () {
  this.timeout(20_000);

  it('writes four lookup tables, and reads them back to the digit from the first alone', async () => {
    const { store, exists, files } = memoryStore({});
    const told: string[] = [];
    await writeFit(whole, ['t.csv', 'f.json', 'x.svg'], { store, exists, onWritten: (file) => told.push(file) });
    expect(told).to.have.members(Object.keys(files));
    expect(Object.keys(files)).to.have.members([
      't.csv',
      't.decode-energy.csv',
      't.prefill-latency.csv',
      't.prefill-energy.csv',
      'f.json',
      'x.svg',
    ]);
    const back = await fit({ files: ['t.csv'], ...UNTOLD, gpu: 'a100-sxm4-80gb' }, { ...header, argv: [] }, { store, library, exists });
    const levels = (result: FitResult, phase: string) =>
      result.fitted.instances.find((each) => each.phase === phase)!.levels.map(({ clockMhz, segments }) => ({ clockMhz, segments }));
    for (const phase of ['decode', 'prefill']) expect(levels(back, phase)).to.deep.equal(levels(whole, phase));
    expect(back.fitted).to.deep.include({ evidence: 'extrapolated', cards: null, dvfs: { prefill: [], decode: [] } });
    expect(back.fitted.quality.decode).to.deep.equal({ latencyMapePct: null, powerMapePct: null, r2: null, heldOutPoints: 0 });
    expect(back.fitted.instances.every(({ levels: own }) => own.every(({ idleW }) => idleW > 40))).to.equal(true);
    parseFitted(JSON.stringify(back.fitted), 'back.json');
  });

  it('has one table for several instances of a phase: a fit over the points of all', async () => {
    const two = shippedSpecs().filter(({ role }) => role === 'decode');
    const result = await fitFiles({ 'p.json': JSON.stringify(profileDocument(two)) });
    const { files, ...ports } = memoryStore({});
    await writeFit(result, ['t.csv'], ports);
    expect(Object.keys(files)).to.have.members(['t.csv', 't.decode-energy.csv']);
    expect(files['t.csv']).to.match(/^freq,bs_start,bs_end,coef_bs,coef_tokens,coef_intercept,r_2\n690,/);
  });

  it('writes no tables beside one of another fit, which would be read as a part of them', async () => {
    const result = await fitFiles({ 'x.ttft.csv': TABLE, 'x.prefill-energy.csv': TABLE });
    const { files, ...ports } = memoryStore({ 't.decode-energy.csv': TABLE });
    const error = await writeFit(result, ['t.csv', 'f.json'], ports).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(VoltanaError)
      .with.property('message')
      .that.matches(/t\.decode-energy\.csv lies beside it/);
    expect(Object.keys(files)).to.have.members(['t.decode-energy.csv', 'f.json']);
  });

  it('says that idle power is not known of lookup tables', async () => {
    const { fitted } = await fitFiles({ 'x.itl.csv': TABLE, 'x.decode-energy.csv': TABLE });
    expect(fitted.warnings.join()).to.match(/counts as 0: give --gpu ID/);
    expect(fitted.provenance).to.include({ gpu: 'unknown', model: 'unknown', tp: 1 });
  });

  it('fits measurements of others as a profile, and says whose they are', async () => {
    const lines = [690, 1005, 1410].flatMap((mhz) =>
      [1, 8, 16, 32, 64].flatMap((batch) =>
        [256, 2048].map(
          (tokens) =>
            `llama-3.1-8b,1,decode,${batch},${tokens},,${mhz},${(8 + batch * 0.05 + batch * tokens * 1e-4) * (1410 / mhz)},${mhz / 7 + batch}`,
        ),
      ),
    );
    const csv = ['model,tp,phase,batch,tokens,cached_tokens,clock_mhz,latency_ms,power_w', ...lines].join('\n');
    const { fitted } = await fitFiles({ 'mine.csv': csv }, { gpu: 'a100-sxm4-80gb' });
    expect(fitted.evidence).to.equal('measured');
    expect(fitted.provenance).to.include({ gpu: 'a100-sxm4-80gb', model: 'llama-3.1-8b', fingerprint: 'measured by others: mine.csv' });
    expect(fitted.instances[0]!.levels.map(({ clockMhz }) => clockMhz)).to.deep.equal([690, 1005, 1410]);
    expect(fitted.warnings.join()).to.match(/idle power is not in the table/);
  });

  it('wants a .csv file for --format, and asks for all of its tables to be writable', async () => {
    const { store } = memoryStore({});
    const asked: string[] = [];
    const watching = { ...store, assertWritable: (path: string) => Promise.resolve(void asked.push(path)) };
    await checkFitOutputs(['t.csv'], 'voltanallm-csv', watching);
    expect(asked).to.include.members(['t.decode-energy.csv', 't.prefill-energy.csv']);
    const error = await checkFitOutputs(['t.json'], 'voltanallm-csv', store).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(VoltanaError)
      .with.property('message')
      .that.matches(/has no file to go to/);
  });
});
