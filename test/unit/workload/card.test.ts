import { Ajv } from 'ajv';
import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import { checkWorkloadCard, type WorkloadCard } from '../../../src/workload/card.ts';
import { buildWorkloadCard } from '../../../src/workload/build-card.ts';
import { evenArrivals, readCard, smallCard } from './fixtures.ts';

const schema = JSON.parse(readFileSync(new URL('../../../src/schemas/workload.schema.json', import.meta.url), 'utf8')) as object;
const validate = new Ajv({ strict: true, allowUnionTypes: true }).compile(schema);

describe('workload cards', () => {
  for (const id of ['azure-conv-2023', 'azure-code-2023']) {
    it(`ships ${id}, valid and with its source`, () => {
      const card = readCard(id);
      expect(validate(card), JSON.stringify(validate.errors)).to.equal(true);
      expect(checkWorkloadCard(card, 'card.json')).to.equal(card);
      expect(card.id).to.equal(id);
      expect(card.source).to.match(/AzurePublicDataset.*Splitwise.*ISCA/);
      expect(card.licence).to.equal('CC-BY-4.0');
    });
  }

  it('ships mooncake-conversation, valid, with its source and what its rounded times mean', () => {
    const card = readCard('mooncake-conversation');
    expect(validate(card), JSON.stringify(validate.errors)).to.equal(true);
    expect(checkWorkloadCard(card, 'card.json')).to.include({ id: 'mooncake-conversation', evidence: 'from-trace', licence: 'Apache-2.0' });
    expect(card.source).to.match(/kvcache-ai.Mooncake/);
    expect(card.arrivals?.note).to.match(/rounded to about 3 s/);
  });

  const broken: Record<string, Partial<WorkloadCard>> = {
    'probabilities that start late': { probabilities: [0.1, 0.5, 1] },
    'probabilities that fall': { probabilities: [0, 1, 0.5] },
    'a table of another length': { promptTokens: [1, 2] },
    'an output table that falls': { outputTokensByPromptBin: [[5, 4, 6]] },
    'gaps that do not have a mean of 1': { arrivals: { ...evenArrivals, gapQuantiles: [0, 3] } },
    'gaps that fall': { arrivals: { ...evenArrivals, gapQuantiles: [2, 0] } },
    'gaps without a value for each probability': { arrivals: { ...evenArrivals, probabilities: [0, 0.5, 1] } },
  };
  for (const [name, part] of Object.entries(broken)) {
    it(`refuses ${name}`, () => {
      expect(() => checkWorkloadCard({ ...smallCard, ...part }, 'card.json'))
        .to.throw('card.json: ')
        .with.property('code', 'FILE_MALFORMED');
    });
  }

  it('refuses by schema what is not a card', () => {
    expect(validate({ ...smallCard, extra: 1 })).to.equal(false);
    expect(validate({ ...smallCard, promptTokens: [1, Number.NaN] })).to.equal(false);
    expect(validate({ ...smallCard, kind: 'run' })).to.equal(false);
    expect(validate({ ...smallCard, evidence: 'measured' })).to.equal(false);
    expect(validate({ ...smallCard, arrivals: evenArrivals })).to.equal(true);
    expect(validate({ ...smallCard, arrivals: { ...evenArrivals, kind: 'gamma' } })).to.equal(false);
  });

  it('is built with the extremes of its data, and needs a request for each bin', () => {
    const about = { id: 'x', name: 'x', source: 'x', licence: 'x' };
    const requests = Array.from({ length: 40 }, (_, index) => ({
      id: `${index}`,
      arrivalMs: index,
      promptTokens: 40 - index,
      maxTokens: index + 1,
    }));
    const card = buildWorkloadCard(requests, about);
    expect([card.promptTokens[0], card.promptTokens.at(-1)]).to.deep.equal([1, 40]);
    expect(card.outputTokensByPromptBin[0]?.at(-1)).to.equal(40);
    expect(validate(card)).to.equal(true);
    expect(checkWorkloadCard(card, 'card.json').meanPromptTokens).to.equal(20.5);
    expect(card).to.include({ evidence: 'from-trace', requests: 40 });
    expect(() => buildWorkloadCard(requests.slice(0, 5), about)).to.throw(RangeError);
    expect(() =>
      buildWorkloadCard(
        requests.map((request) => ({ ...request, arrivalMs: 0 })),
        about,
      ),
    ).to.throw(RangeError, 'different times');
  });
});
