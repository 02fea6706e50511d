import { expect } from 'chai';
import { parseModelCard, parseWorkloadCard } from '../../../src/config/cards.ts';
import type { Sources } from '../../../src/domain/cards.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { clockTable } from '../../../src/emulation/instance.ts';
import { kvCapacityTokens, weightBytes } from '../../../src/prediction/analytic/device.ts';
import { cardText, engineCard, gpuCard, modelCard, shippedIds, type CardFolder } from '../../fixtures/cards.ts';

/** Users and CI jobs rely on these: more may come, none may go. */
const IDS: Readonly<Record<CardFolder, readonly string[]>> = {
  gpus: ['a100-sxm4-80gb', 'a100-pcie-80gb', 'a800-sxm4-80gb', 'h100-sxm5-80gb', 'h200-sxm5-141gb'],
  models: [
    'llama-3.1-8b',
    'ministral-3b',
    'qwen3-32b',
    'llama-3.3-70b',
    'llama-2-7b',
    'llama-2-70b',
    'qwen3-8b',
    'qwen3-30b-a3b',
    'llama-3.1-8b-fp8',
    'llama-3.3-70b-fp8',
  ],
  engines: ['sglang-like', 'vllm-like', 'trtllm-like'],
  workloads: ['sharegpt', 'lmsys-chat', 'azure-conv-2023', 'azure-code-2023', 'mooncake-conversation'],
};

/** Dotted paths of all numbers; an array counts as one figure. */
const figuresOf = (value: unknown, path: readonly string[] = []): string[] => {
  if (typeof value === 'number' || Array.isArray(value)) return [path.join('.')];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => (key === 'sources' ? [] : figuresOf(inner, [...path, key])));
};

const hasSource = (figure: string, sources: Sources): boolean => {
  const keys = figure.split('.');
  return keys.some((_, index) => sources[keys.slice(0, index + 1).join('.')] !== undefined);
};

describe('shipped cards', () => {
  for (const [folder, ids] of Object.entries(IDS)) {
    it(`hold every promised id of ${folder}, each under its own name`, () => {
      expect(shippedIds(folder as CardFolder)).to.include.members([...ids]);
      for (const id of shippedIds(folder as CardFolder)) expect(JSON.parse(cardText(folder as CardFolder, id))).to.have.property('id', id);
    });
  }

  for (const [folder, read] of [
    ['gpus', gpuCard],
    ['models', modelCard],
    ['engines', engineCard],
  ] as const) {
    for (const id of shippedIds(folder)) {
      it(`${folder}/${id}: every figure has a source, and every source a figure`, () => {
        const card = read(id);
        const figures = figuresOf(card);
        expect(figures.filter((figure) => !hasSource(figure, card.sources))).to.deep.equal([]);
        const unused = Object.keys(card.sources).filter((key) => !figures.some((figure) => figure === key || figure.startsWith(`${key}.`)));
        expect(unused).to.deep.equal([]);
      });
    }
  }

  it('workloads cite where they come from', () => {
    for (const id of shippedIds('workloads')) {
      const card = parseWorkloadCard<{ source: string; evidence: string }>(cardText('workloads', id), id);
      expect(card.source.length, id).to.be.greaterThan(40);
      expect(card.evidence, id).to.equal(/assumed/.test(card.source) ? 'assumed-shape' : 'from-trace');
    }
  });

  it('GPUs offer whole tables of clocks, with knee and idle figures inside', () => {
    for (const id of shippedIds('gpus')) {
      const { clock, power, lock, architecture } = gpuCard(id);
      expect((clock.maxMhz - clock.minMhz) % clock.stepMhz, id).to.equal(0);
      expect([clock.minMhz, clock.maxMhz], id).to.deep.equal(architecture === 'hopper' ? [345, 1980] : [210, 1410]);
      expect(power.kneeMhz, id).to.be.within(900, 1100);
      expect([power.idleW[0]?.[0], power.idleW.at(-1)?.[0]], id).to.deep.equal([clock.minMhz, clock.maxMhz]);
      expect(clockTable(gpuCard(id)), id).to.include(lock.clampAboveMhz ?? clock.maxMhz);
    }
  });

  it('engines capture ascending batches from 1', () => {
    for (const id of shippedIds('engines')) {
      const { captureSizes } = engineCard(id);
      expect(captureSizes, id)
        .to.deep.equal(captureSizes.toSorted((a, b) => a - b))
        .and.include(1);
    }
    expect(['sglang-like', 'vllm-like', 'trtllm-like'].map((id) => engineCard(id).captureSizes.at(-1))).to.deep.equal([512, 512, 128]);
  });
});

describe('model cards', () => {
  /** Billions, as published. */
  const PARAMETERS = {
    'llama-3.1-8b': 8.03,
    'qwen3-32b': 32.8,
    'llama-3.3-70b': 70.6,
    'llama-2-7b': 6.74,
    'llama-2-70b': 69,
    'qwen3-8b': 8.19,
    'qwen3-30b-a3b': 30.5,
  };
  for (const [id, billions] of Object.entries(PARAMETERS)) {
    it(`${id} has its ${billions} billion parameters`, () => {
      const card = modelCard(id);
      expect(weightBytes(card) / card.bytesPerWeight / 1e9).to.be.closeTo(billions, billions * 0.003);
    });
  }

  it('give the KV tokens that the VoltanaLLM reference lists', () => {
    const capacity = (id: string, tp: number): number =>
      kvCapacityTokens(gpuCard('a100-sxm4-80gb'), modelCard(id), engineCard('sglang-like'), tp);
    expect(capacity('ministral-3b', 1)).to.be.closeTo(1_210_369, 1_210_369 * 0.001);
    expect(capacity('qwen3-32b', 2)).to.be.closeTo(325_037, 325_037 * 0.02);
  });

  it('cannot ask for more experts than there are', () => {
    const text = cardText('models', 'qwen3-30b-a3b').replace('"expertsPerToken": 8', '"expertsPerToken": 129');
    expect(() => parseModelCard(text, 'moe.json'))
      .to.throw(VoltanaError, 'moe.json: moe.expertsPerToken 129')
      .with.property('code', 'FILE_MALFORMED');
    expect(() => parseModelCard(text.replace('129', '8').replace('"experts"', '"expert"'), 'moe.json'))
      .to.throw(VoltanaError)
      .with.property('code', 'UNKNOWN_KEY');
  });
});
