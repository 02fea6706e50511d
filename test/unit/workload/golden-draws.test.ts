import { createHash } from 'node:crypto';
import { expect } from 'chai';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { readCard } from './fixtures.ts';

/** SHA-256 of 2000 requests at 8/s. A change here changes every recorded run: the demo's figures and all baselines. */
const GOLDEN = [
  ['azure-conv-2023', 1, 1, 'aac39b1aafbfa23b0782ef02c780ea2bbf9f26b3d5855a10398cf867fea04a56'],
  ['azure-conv-2023', 42, 0.5, '6da24f89f11ffa14c79c71e2d6391be53dbc6d6d8d4be529e29c495aa19db75d'],
  ['azure-code-2023', 1, 1, '0129d2bd4218fc80625f1d23013c9256f32632df54c90e2c2ad6c473577100a2'],
  ['azure-code-2023', 42, 0.5, '31f86a6d828af26d5f6156b3d0c6aa8add53be6b6ce3d7a6fcf09f450b3170b4'],
] as const;

describe('the draws of a shipped card', () => {
  for (const [id, seed, burstiness, hash] of GOLDEN) {
    it(`${id}, seed ${seed}, burstiness ${burstiness}: bit for bit what they always were`, () => {
      const schedule = seededSchedule({ card: readCard(id), ratePerS: 8, burstiness, seed, extent: { requests: 2000 } });
      expect(createHash('sha256').update(JSON.stringify(schedule)).digest('hex')).to.equal(hash);
    });
  }
});
