import { createRandom } from '../../src/statistics/random.ts';
import { randomContract } from './random.ts';

randomContract('seeded', createRandom);
randomContract('fork of a seeded one', (seed) => createRandom(seed).fork('rooms'));
