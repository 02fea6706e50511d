import { expect } from 'chai';
import { mean, median, standardDeviation } from 'simple-statistics';
import { KNOWN } from '../../../bin/workload-card/known.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { checkWorkloadCard } from '../../../src/workload/card.ts';
import { drawLengths } from '../../../src/workload/lengths.ts';
import { buildLognormalCard } from '../../../src/workload/lognormal-card.ts';
import { readCard } from './fixtures.ts';

const PUBLISHED = { sharegpt: [161, 338], 'lmsys-chat': [69.5, 214.5] } as const;
const relative = (actual: number, expected: number): number => Math.abs(actual / expected - 1);

for (const [id, [promptMean, answerMean]] of Object.entries(PUBLISHED)) {
  describe(`${id}, an assumed shape`, () => {
    const card = readCard(id);
    const random = createRandom(1);
    const draws = Array.from({ length: 40_000 }, () => drawLengths(card, random));
    const prompts = draws.map(({ promptTokens }) => promptTokens);

    it('says so, and has no arrivals of its own', () => {
      expect(checkWorkloadCard(card, id)).to.include({ evidence: 'assumed-shape', requests: null });
      expect(card.source).to.match(/assumed/);
      expect(card).not.to.have.property('arrivals');
    });

    it('draws the published means', () => {
      expect(relative(mean(prompts), promptMean)).to.be.at.most(0.05);
      expect(relative(mean(draws.map(({ maxTokens }) => maxTokens)), answerMean)).to.be.at.most(0.05);
    });

    it('is lognormal: the median lies below the mean by exp(sigma^2 / 2), the logarithms spread by sigma', () => {
      expect(relative(median(prompts), promptMean / Math.exp(1.3 ** 2 / 2))).to.be.at.most(0.06);
      expect(standardDeviation(prompts.map(Math.log))).to.be.closeTo(1.3, 0.08);
    });

    it('is what the script makes of the published means', () => {
      const known = KNOWN.find(({ about }) => about.id === id);
      if (known?.kind !== 'assumed') throw new Error(`${id} is not an assumed shape`);
      expect(buildLognormalCard(known.about, known.prompt, known.answer)).to.deep.equal(card);
    });
  });
}
