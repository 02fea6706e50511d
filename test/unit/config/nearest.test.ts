import { expect } from 'chai';
import fc from 'fast-check';
import { nearest } from '../../../src/config/nearest.ts';

describe('nearest', () => {
  const governors = ['max', 'fixed', 'ecofreq', 'fixed-best', 'slo', 'mpc', 'floor'];

  it('finds what was probably meant', () => {
    expect(nearest('ecofrq', governors)).to.equal('ecofreq');
    expect(nearest('MAX', governors)).to.equal('max');
    expect(nearest('fixed_best', governors)).to.equal('fixed-best');
    expect(nearest('bootstrap_port', ['port', 'bootstrapPort', 'controlPort'])).to.equal('bootstrapPort');
  });

  it('counts two exchanged neighbours as one slip', () => {
    expect(nearest('sol', governors)).to.equal('slo');
    expect(nearest('dmeo', ['tune', 'demo'])).to.equal('demo');
    expect(nearest('mxa', governors)).to.equal('max');
  });

  it('takes a beginning for the whole, when nothing is nearer and it says enough', () => {
    expect(nearest('a100', ['h100-sxm5-80gb', 'a100-pcie-80gb', 'a100-sxm4-80gb'])).to.equal('a100-pcie-80gb');
    expect(nearest('FLO', ['floor-of-all', 'flot'])).to.equal('flot');
    expect(nearest('fl', ['floor-of-all'])).to.equal(null);
  });

  it('a word longer than any name costs no time', () => {
    expect(nearest('x'.repeat(10_000_000), ['x'.repeat(10_000_000)])).to.equal(null);
  });

  it('stays silent when nothing is near', () => {
    expect(nearest('turbo', governors)).to.equal(null);
    expect(nearest('x', [])).to.equal(null);
    expect(nearest('', governors)).to.equal(null);
  });

  it('always finds a candidate itself, and one slip away from it', () => {
    fc.assert(
      fc.property(fc.array(fc.stringMatching(/^[a-z]{4,12}$/), { minLength: 1, maxLength: 8 }), fc.nat(), fc.nat(), (words, which, at) => {
        const word = words[which % words.length]!;
        expect(nearest(word, words)).to.equal(word);
        const cut = at % word.length;
        expect(nearest(word.slice(0, cut) + word.slice(cut + 1), words)).to.not.equal(null);
      }),
    );
  });
});
