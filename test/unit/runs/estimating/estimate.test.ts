import { expect } from 'chai';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { emulatedDevice } from '../../../../src/emulation/instance.ts';
import { estimateIteration } from '../../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../../src/prediction/analytic/work.ts';
import { estimate, type EstimateRequest } from '../../../../src/runs/estimating/estimate.ts';
import { Library } from '../../../../src/runs/library.ts';
import { CLOCKS_MHZ, deviceOf, specOf } from '../../../fixtures/devices.ts';

const CLUSTER = 'emulated-2p2d-a100-llama-3.1-8b';
const store = fileStore();
const library = new Library(shippedProfiles(store), store);
const DECODE: EstimateRequest = {
  emulated: undefined,
  instance: undefined,
  gpu: 'a100-sxm4-80gb',
  model: 'llama-3.1-8b',
  tp: 1,
  phase: 'decode',
  batch: 32,
  contextTokens: 1024,
  promptTokens: undefined,
  cachedTokens: 0,
  clockMhz: 1005,
};
const PREFILL: EstimateRequest = { ...DECODE, phase: 'prefill', batch: 2, contextTokens: undefined, promptTokens: 2000 };
const EMULATED = { gpu: undefined, model: undefined, emulated: CLUSTER };

const refusal = async (over: Partial<EstimateRequest>, base = DECODE): Promise<VoltanaError> => {
  const points = await estimate({ ...base, ...over }, library).catch((error: unknown) => error);
  if (!(points instanceof VoltanaError)) throw new Error(`not refused: ${JSON.stringify(points)}`);
  expect(points.exitCode).to.equal(2);
  return points;
};

describe('an estimate from cards', () => {
  it('is the analytic model at the clock asked for, validated where its card says so', async () => {
    const [point, ...more] = await estimate(DECODE, library);
    expect(more).to.deep.equal([]);
    expect(point).to.deep.equal({
      clockMhz: 1005,
      ...estimateIteration(deviceOf(), decodeWork(32, 32 * 1024), 1005),
      errorPct: null,
      inRange: true,
      evidence: 'validated',
    });
  });

  it('is extrapolated beyond that: each clock of a sweep for itself', async () => {
    const extrapolated = (await estimate({ ...DECODE, clockMhz: undefined }, library)).filter(({ inRange }) => !inRange);
    expect(extrapolated.map(({ clockMhz }) => clockMhz)).to.deep.equal(CLOCKS_MHZ.filter((mhz) => mhz < 690));
    expect(new Set(extrapolated.map(({ evidence }) => evidence))).to.deep.equal(new Set(['extrapolated']));
    for (const beyond of [
      { tp: 2 },
      { gpu: 'h100-sxm5-80gb' },
      { model: 'llama-3.1-8b-fp8' },
      { contextTokens: 8193 },
      { batch: 513, contextTokens: 10 },
    ])
      expect((await estimate({ ...DECODE, ...beyond }, library))[0], JSON.stringify(beyond)).to.include({
        inRange: false,
        evidence: 'extrapolated',
      });
  });

  it('takes a prefill for prompts of equal length, what is cached for past', async () => {
    const [point] = await estimate({ ...PREFILL, cachedTokens: 500 }, library);
    const chunk = { newTokens: 1500, pastTokens: 500 };
    expect(point!.latencyMs).to.equal(estimateIteration(deviceOf(), prefillWork([chunk, chunk]), 1005).latencyMs);
  });

  it('answers for the whole table, ascending, when no clock is named', async () => {
    const points = await estimate({ ...DECODE, clockMhz: undefined }, library);
    expect(points.map(({ clockMhz }) => clockMhz)).to.deep.equal(CLOCKS_MHZ);
  });

  it('tells the clock that the power limit leaves', async () => {
    const [point] = await estimate({ ...PREFILL, promptTokens: 8192, clockMhz: 1410 }, library);
    expect(point).to.include({ clockMhz: 1410, capped: true });
    expect(point!.appliedClockMhz).to.be.below(1410);
    expect(point!.powerW).to.be.at.most(400);
  });
});

describe('an estimate of an emulated device', () => {
  const truthOf = (id: string, role: 'prefill' | 'decode', seed: number) => emulatedDevice({ ...specOf(role, { seed }), id });

  it('is the truth of the first instance of the phase, its personality included', async () => {
    const [point] = await estimate({ ...DECODE, ...EMULATED }, library);
    const truth = estimateIteration(truthOf('d0', 'decode', 103), decodeWork(32, 32 * 1024), 1005);
    expect(point).to.deep.equal({ clockMhz: 1005, ...truth, errorPct: null, inRange: true, evidence: 'emulated' });
    expect(point!.latencyMs).to.not.equal((await estimate(DECODE, library))[0]!.latencyMs);
  });

  it('is that of the instance named', async () => {
    const [point] = await estimate({ ...DECODE, ...EMULATED, instance: 'd1' }, library);
    expect(point!.latencyMs).to.equal(estimateIteration(truthOf('d1', 'decode', 104), decodeWork(32, 32 * 1024), 1005).latencyMs);
  });
});

describe('an estimate refuses', () => {
  it('what exceeds the memory, with the arithmetic, and nothing that fits', async () => {
    // (80 GiB - 16.06 GB) / 128 KiB a token = 532 834 tokens.
    const { code, message } = await refusal({ batch: 1, contextTokens: 532_900 });
    expect(code).to.equal('DOES_NOT_FIT');
    expect(message).to.match(/16\.1 GB of weights.*69\.8 GB of KV \(532900 tokens\).*85\.9 GB of 1 x a100-sxm4-80gb/);
    expect(await estimate({ ...DECODE, batch: 1, contextTokens: 532_800 }, library)).to.have.length(1);
    expect(await estimate({ ...DECODE, tp: 2, batch: 1, contextTokens: 1_180_000 }, library)).to.have.length(1);
  });

  it('prompts whose cached part alone does not fit', async () => {
    expect(await refusal({ batch: 6, promptTokens: 100_000, cachedTokens: 99_999 }, PREFILL)).to.have.property('code', 'DOES_NOT_FIT');
  });

  it('a clock that is not in the table of the card, and names the table', async () => {
    for (const clockMhz of [195, 1000, 1425]) {
      const { code, message, hint } = await refusal({ clockMhz });
      expect({ code, named: message.includes(String(clockMhz)) }).to.deep.equal({ code: 'CLOCK_OUTSIDE_CARD', named: true });
      expect(hint).to.match(/210\.\.1410 MHz in steps of 15/);
    }
  });

  it('a phase without its length, and names the flag', async () => {
    expect(await refusal({ contextTokens: undefined })).to.include({ code: 'BAD_FLAG', message: '--phase decode needs --context-tokens' });
    expect(await refusal({ promptTokens: undefined }, PREFILL)).to.include({
      code: 'BAD_FLAG',
      message: '--phase prefill needs --prompt-tokens',
    });
  });

  it('a prompt that is in the cache already', async () => {
    for (const cachedTokens of [2000, 2001]) {
      const { code, message } = await refusal({ cachedTokens }, PREFILL);
      expect(code).to.equal('BAD_VALUE');
      expect(message).to.match(/--cached-tokens 200[01].*--prompt-tokens 2000/);
    }
  });

  it('heads, KV heads or FFN columns that the GPUs cannot share evenly, and lists the splits that work', async () => {
    const { code, message, hint } = await refusal({ tp: 3 });
    expect({ code, hint }).to.deep.equal({ code: 'BAD_VALUE', hint: 'Give one of 1, 2, 4, 8, 16, 32.' });
    expect(message).to.match(/--tp 3.*32 heads.*14336 columns of the FFN.*8 KV heads/);
  });

  it('copies of KV heads that do not fit, counted where they are made', async () => {
    // 8 KV heads on 16 GPUs are 16: (16 x 80 GiB - weights) / 256 KiB a token.
    const asked = { tp: 16, batch: 1, contextTokens: 6_000_000 };
    expect(await refusal(asked)).to.have.property('code', 'DOES_NOT_FIT');
    expect(await estimate({ ...DECODE, ...asked, contextTokens: 5_000_000 }, library)).to.have.length(1);
  });

  it('what does not fit, and says what would', async () => {
    expect((await refusal({ model: 'qwen3-32b', batch: 32, contextTokens: 10_000 })).hint).to.match(
      /room for 777\d\d tokens.*--tp 2 holds this/,
    );
    expect((await refusal({ model: 'llama-3.3-70b' })).hint).to.match(/room for 0 tokens.*--tp 2 holds this/);
    expect((await refusal({ batch: 1_000_000, contextTokens: 100_000 })).hint).to.match(/no --tp up to 64 holds this/);
  });

  it('half a device', async () => {
    for (const half of [{ gpu: undefined }, { model: undefined }])
      expect(await refusal(half))
        .to.include({ code: 'BAD_FLAG' })
        .and.have.property('hint')
        .that.includes('--emulated');
  });

  it('unknown ids, and suggests what was meant', async () => {
    const unknown = [
      [{ gpu: 'a100-sxm4-80g' }, 'a100-sxm4-80gb'],
      [{ model: 'lama-3.1-8b' }, 'llama-3.1-8b'],
      [{ ...EMULATED, emulated: 'emulated-2p2d-a100-lama-3.1-8b' }, CLUSTER],
    ] as const;
    for (const [over, meant] of unknown)
      expect(await refusal(over))
        .to.include({ code: 'UNKNOWN_ID' })
        .and.have.property('hint')
        .that.includes(`Did you mean "${meant}"?`);
  });

  it('an instance that the cluster does not have, and lists those it has', async () => {
    expect(await refusal({ ...EMULATED, instance: 'd9' }))
      .to.include({ code: 'UNKNOWN_ID' })
      .and.have.property('hint')
      .that.includes('p0, p1, d0, d1');
  });

  it('an instance of the other phase, and names those of the right one', async () => {
    expect(await refusal({ ...EMULATED, phase: 'decode', contextTokens: 100, instance: 'p0' }))
      .to.include({ code: 'BAD_VALUE' })
      .and.have.property('hint')
      .that.includes('d0, d1');
  });
});
