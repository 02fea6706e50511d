import { expect } from 'chai';
import { turnedCards, withBatching } from '../../../src/domain/batching.ts';
import { engine, gpu, model } from '../../fixtures/world/shipped.ts';

describe('cards as a cluster file turns them', () => {
  const cards = { gpu, model, engine };

  it('stay as they are where it says nothing', () => {
    expect(turnedCards(cards, { engine: { kind: 'emulated' } })).to.deep.equal(cards);
  });

  it('batch, keep KV and draw as it says', () => {
    const batching = { chunkTokens: 2048, maxRunning: 48, captureSizes: [32, 8, 48] };
    const turned = turnedCards(cards, {
      engine: { kind: 'emulated', batching, kvDtype: 'fp8' },
      control: { powerLimitW: 250 },
    });
    expect(turned.engine).to.deep.equal({ ...cards.engine, chunkTokens: 2048, maxRunningDecode: 48, captureSizes: [8, 32, 48] });
    expect(turned.model).to.deep.equal({ ...cards.model, bytesPerKvElement: 1 });
    expect(turned.gpu.power).to.deep.equal({ ...cards.gpu.power, limitW: 250 });
  });

  it('never draw more than the card says', () => {
    expect(turnedCards(cards, { engine: { kind: 'emulated' }, control: { powerLimitW: 5000 } }).gpu).to.equal(cards.gpu);
  });

  it('one setting leaves the others', () => {
    expect(withBatching(cards.engine, { maxRunning: 3 })).to.deep.equal({ ...cards.engine, maxRunningDecode: 3 });
  });
});
