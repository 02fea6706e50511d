import { expect } from 'chai';
import { digestOf, newSalt } from '../../../../src/adapters/host/digest.ts';

describe('digests', () => {
  it('are SHA-256 of all pieces, wherever they are cut', () => {
    expect(digestOf(['ab', 'c'])).to.equal('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    expect(digestOf(['abc'])).to.equal(digestOf(['a', '', 'bc']));
  });

  it('salts differ', () => {
    expect(newSalt())
      .to.match(/^[0-9a-f]{8}$/)
      .and.not.equal(newSalt());
  });
});
