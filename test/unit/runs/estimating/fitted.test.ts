import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import type { FittedDocument } from '../../../../src/domain/profile.ts';
import { emulatedDevice } from '../../../../src/emulation/instance.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { decodeWork } from '../../../../src/prediction/analytic/work.ts';
import { fitProfile } from '../../../../src/prediction/fit/fit-profile.ts';
import type { EstimateRequest } from '../../../../src/runs/estimating/estimate.ts';
import { estimateFitted } from '../../../../src/runs/estimating/fitted.ts';
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
  ) => estimateFitted({ ...base, ...over, fitted: base.fitted }, memoryStore({ 'f.json': JSON.stringify(document) }).store);
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
    const { store } = memoryStore({ 'f.json': JSON.stringify({ ...withCards, kind: 'profile' }) });
    const error = await estimateFitted(DECODE, store).catch((reason: unknown) => reason);
    expect(error)
      .to.be.instanceOf(VoltanaError)
      .with.property('message')
      .that.matches(/a fitted document is needed; the kind of this is "profile"/);
  });
});
