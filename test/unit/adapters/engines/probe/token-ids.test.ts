import { expect } from 'chai';
import { createTokenIds } from '../../../../../src/adapters/engines/probe/token-ids.ts';

const promptsOf = (seed: number, lengths: readonly number[]): number[][] => {
  const ids = createTokenIds(seed);
  return lengths.map((tokens) => JSON.parse(ids.prompt(tokens)) as number[]);
};

describe('prompts of a probe', () => {
  it('have exactly the tokens asked for, all of them ordinary ones', () => {
    for (const tokens of [1, 2, 3, 64, 8192]) {
      const [prompt] = promptsOf(1, [tokens]);
      expect(prompt).to.have.length(tokens);
      for (const id of prompt!) expect(id).to.be.within(300, 300 + 8191);
    }
  });

  it('never begin alike, so that no prefix cache helps', () => {
    const firsts = promptsOf(1, Array<number>(2000).fill(4)).map(([first]) => first);
    expect(new Set(firsts)).to.have.length(2000);
    const pairs = promptsOf(1, Array<number>(20_000).fill(2)).map((prompt) => prompt.join());
    expect(new Set(pairs)).to.have.length(20_000);
  });

  it('are the same for the same seed, and others for another', () => {
    expect(promptsOf(3, [10, 20])).to.deep.equal(promptsOf(3, [10, 20]));
    expect(promptsOf(3, [20])).not.to.deep.equal(promptsOf(4, [20]));
  });
});
