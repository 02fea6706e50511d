import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { FittedDocument } from '../../../../src/domain/profile.ts';
import { emulatedDevice } from '../../../../src/emulation/instance.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { decodeWork } from '../../../../src/prediction/analytic/work.ts';
import { fitProfile } from '../../../../src/prediction/fit/fit-profile.ts';
import type { EstimateRequest } from '../../../../src/runs/estimating/estimate.ts';
import { estimateFitted } from '../../../../src/runs/estimating/fitted.ts';
import { Library } from '../../../../src/runs/library.ts';
import type { ProfileSource } from '../../../../src/ports/profile-source.ts';
import { memoryStore } from '../../../fixtures/memory-store.ts';
import { profileDocument, smallSpecs } from '../../../fixtures/profile-document.ts';
import { header } from '../../../fixtures/run-records.ts';
import { engine, gpu, model } from '../../../fixtures/world/shipped.ts';

const DECODE: EstimateRequest & { readonly fitted: string } = {
  fitted: 'f.json',
  emulated: undefined,
  instance: undefined,
  gpu: undefined,
  model: undefined,
  tp: 1,
  phase: 'decode',
  batch: 64,
  contextTokens: 1024,
  promptTokens: undefined,
  cachedTokens: 0,
  clockMhz: 1005,
};
const PREFILL = { ...DECODE, phase: 'prefill', batch: 1, contextTokens: undefined, promptTokens: 2000 } as const;

const noProfiles: ProfileSource = { list: () => Promise.resolve([]), read: () => Promise.reject(new Error('nothing ships')) };
const libraryOf = (files: Record<string, string>): Library => new Library(noProfiles, memoryStore(files).store);

const documentOf = (cards: FittedDocument['cards']): FittedDocument => ({
  schemaVersion: 1,
  kind: 'fitted',
  ...header,
  ...fitProfile(profileDocument(smallSpecs()), cards),
});

describe('an estimate from a fit', function () {
  this.timeout(20_000);
  let withCards: FittedDocument;
  let without: FittedDocument;

  before(() => {
    withCards = documentOf({ gpu, model, engine });
    without = documentOf(null);
  });

  const ask = (
    document: FittedDocument,
    over: Partial<EstimateRequest> = {},
    base: EstimateRequest & { readonly fitted: string } = DECODE,
  ) => estimateFitted({ ...base, ...over, fitted: base.fitted }, libraryOf({ 'f.json': JSON.stringify(document) }));
  const refusal = async (over: Partial<EstimateRequest>): Promise<VoltanaError> => {
    const answer = await ask(withCards, over).catch((error: unknown) => error);
    if (answer instanceof VoltanaError) return answer;
    throw new Error('not refused');
  };

  it('is near the truth of the device that was profiled, with an interval, in range, and as emulated as the profile', async () => {
    const [point] = await ask(withCards);
    const device = emulatedDevice(smallSpecs().find(({ role }) => role === 'decode')!);
    const truth = estimateIteration(device, decodeWork(64, 64 * 1024), 1005);
    expect(Math.abs(point!.latencyMs / truth.latencyMs - 1)).to.be.below(0.03);
    expect(Math.abs(point!.powerW / (truth.powerW * device.personality.sensorGain) - 1)).to.be.below(0.03);
    expect(point!.energyJ).to.be.closeTo((point!.powerW * point!.latencyMs) / 1000, 1e-9);
    expect(point).to.include({
      clockMhz: 1005,
      appliedClockMhz: 1005,
      capped: false,
      bound: truth.bound,
      inRange: true,
      evidence: 'emulated',
    });
    expect(point!.errorPct!.latency).to.be.within(0, 10);
  });

  it('has no bound and no applied clock without cards, rather than a guess', async () => {
    const [point] = await ask(without);
    expect(point).to.include({ bound: null, appliedClockMhz: null, capped: null, inRange: true });
    expect(point!.latencyMs).to.be.above(0);
  });

  it('answers outside of what was measured too, and says so', async () => {
    for (const over of [{ batch: 400, contextTokens: 64 }, { clockMhz: 300 }, { contextTokens: 4 }] as const) {
      const [point] = await ask(withCards, over);
      expect(point).to.include({ inRange: false, evidence: 'extrapolated', errorPct: null });
      expect(point!.latencyMs).to.be.above(0);
    }
  });

  it('knows no cached prompts', async () => {
    const [whole] = await ask(withCards, {}, PREFILL);
    const [cached] = await ask(withCards, { cachedTokens: 1000 }, PREFILL);
    expect(whole).to.include({ inRange: true });
    expect(cached).to.include({ inRange: false, evidence: 'extrapolated' });
    expect(cached!.latencyMs).to.be.below(whole!.latencyMs);
  });

  it('sweeps the clocks between the lowest and the highest that were profiled', async () => {
    for (const document of [withCards, without]) {
      const points = await ask(document, { clockMhz: undefined });
      expect(points.map(({ clockMhz }) => clockMhz)).to.deep.equal(Array.from({ length: 49 }, (_, i) => 690 + 15 * i));
      expect(points.every(({ inRange }) => inRange)).to.equal(true);
    }
  });

  const refused: readonly (readonly [what: string, over: Partial<EstimateRequest>, says: RegExp])[] = [
    ['an instance that it has not', { instance: 'd9' }, /has no instance "d9"/],
    ['an instance of the other phase', { instance: 'p0' }, /is a prefill instance/],
    ['no context', { contextTokens: undefined }, /needs --context-tokens/],
    ['what does not fit in the memory', { contextTokens: 100_000 }, /exceed/],
    ['a clock that the GPU has not', { clockMhz: 1007 }, /1007 MHz is not a clock/],
  ];
  for (const [what, over, says] of refused) it(`refuses ${what}`, async () => expect((await refusal(over)).message).to.match(says));

  it('refuses a document that is no fit', async () => {
    const library = libraryOf({ 'f.json': JSON.stringify({ ...withCards, kind: 'profile' }) });
    const error = await estimateFitted(DECODE, library).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(VoltanaError)
      .with.property('message')
      .that.matches(/a fitted document is needed; the kind of this is "profile"/);
  });

  it('refuses flags of the other phase, which it would ignore', async () => {
    for (const [over, says] of [
      [{ promptTokens: 4 }, /^--prompt-tokens is of prefill, but --phase is decode/],
      [{ promptTokens: 4, cachedTokens: 2 }, /^--prompt-tokens and --cached-tokens are of prefill/],
      [{ phase: 'prefill', promptTokens: 2000 }, /^--context-tokens is of decode, but --phase is prefill/],
    ] as const) {
      const error = await refusal(over);
      expect(error.message).to.match(says);
      expect(error.exitCode).to.equal(2);
    }
  });

  const damagedBy = (change: (instance: FittedDocument['instances'][number]) => object): FittedDocument => ({
    ...withCards,
    instances: withCards.instances.map((instance) => ({ ...instance, ...change(instance) })),
  });

  it('refuses figures that no fit gives, before they make an answer of infinity', async () => {
    const unit = { gemm: 1, attention: 1, bandwidth: 1, overhead: 1, knee: 1, activePower: 1, dynamicPower: 1, tile: 1, powerGain: 1 };
    const steep = { perSequence: 1e300, perToken: 0, constant: 0 };
    for (const [document, names] of [
      [damagedBy(() => ({ physics: { ...unit, gemm: 1e300 } })), /physics\.gemm/],
      [damagedBy(() => ({ physics: { ...unit, overhead: 0.01 } })), /physics\.overhead/],
      [damagedBy(() => ({ physics: { ...unit, powerGain: 6 } })), /physics\.powerGain/],
      [damagedBy(() => ({ intervals: { latencyPct: 1e300, powerPct: 1 } })), /intervals\.latencyPct/],
      [
        damagedBy(({ levels }) => ({
          levels: levels.map((level) => ({ ...level, segments: level.segments.map((segment) => ({ ...segment, latencyMs: steep })) })),
        })),
        /latencyMs\.perSequence/,
      ],
    ] as const) {
      const error = (await ask(document).catch((reason: unknown) => reason)) as VoltanaError;
      expect(error).to.be.instanceOf(VoltanaError).with.property('code', 'FILE_MALFORMED');
      expect(error.message).to.match(names);
    }
  });

  it('refuses an answer that is no number, whatever in the file made it one', async () => {
    const { cards } = withCards;
    const power = { ...cards!.gpu.power, hbmW: 1e308, smW: 1e308, activeW: 1e308, limitW: 1.7e308 };
    const physical = damagedBy(() => ({ model: 'physics' }));
    const error = (await ask({ ...physical, cards: { ...cards!, gpu: { ...cards!.gpu, power } } }).catch(
      (reason: unknown) => reason,
    )) as VoltanaError;
    expect(error).to.be.instanceOf(VoltanaError).with.property('code', 'FILE_MALFORMED');
  });

  it('sends a table through the fit first', async () => {
    const library = libraryOf({ 't.csv': 'freq' });
    const error = (await estimateFitted({ ...DECODE, fitted: 't.csv' }, library).catch((reason: unknown) => reason)) as VoltanaError;
    expect(error).to.be.instanceOf(VoltanaError).with.property('exitCode', 2);
    expect(error.hint).to.include('voltana fit t.csv --output f.json');
  });
});
