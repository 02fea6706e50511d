import { expect } from 'chai';
import { parseClusterFile } from '../../../src/config/cluster-file.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { createRandom, type SeededRandom } from '../../../src/statistics/random.ts';
import { validator } from '../../fixtures/schemas.ts';
import { clusterText } from '../../fixtures/world/shipped.ts';

const MUTATIONS = 2000;
/** What YAML gives a meaning, and what tools choke on. */
const SPICES = [
  '', ' ', '\n', '\t', ':', ': ', '- ', '#', '{', '}', '[', ']', '"', "'", '|', '>', '&a ', '*a', '<<: ', '!!binary ', '!!set ', '!x ', '?', '---\n', '...\n', '%YAML 9.9\n',
  '~', 'null', '.nan', '.inf', '-1', '0', '1e999', '0x1F', '65536', 'true', '2020-01-01', '__proto__: ', 'constructor: ', 'toString', '\0', '\uFEFF', '\uD800', '🦊', '\r\n', '\\', '%', '@', '`',
] as const;

const pick = <T>(items: readonly T[], random: SeededRandom): T => items[Math.floor(random.next() * items.length)]!;

/** One change: spice at a place, a stretch lost, or a stretch of the file copied elsewhere. */
const mutate = (text: string, random: SeededRandom): string => {
  const at = Math.floor(random.next() * (text.length + 1));
  const length = Math.floor(random.next() ** 3 * 60);
  const kind = random.next();
  if (kind < 0.5) return text.slice(0, at) + pick(SPICES, random) + text.slice(at);
  if (kind < 0.7) return text.slice(0, at) + text.slice(at + length);
  if (kind < 0.85) return text.slice(0, at) + pick(SPICES, random) + text.slice(at + length);
  const from = Math.floor(random.next() * text.length);
  return text.slice(0, at) + text.slice(from, from + length) + text.slice(at);
};

describe('properties of the cluster file', () => {
  it(`of ${MUTATIONS} damaged files each is valid or a VoltanaError of one line, nothing else`, function () {
    this.timeout(60_000);
    const random = createRandom(11);
    const valid = validator('cluster');
    let refused = 0;
    for (let i = 0; i < MUTATIONS; i++) {
      let text = clusterText;
      for (let changes = 1 + Math.floor(random.next() * 3); changes > 0; changes--) text = mutate(text, random);
      try {
        const cluster = parseClusterFile(text, 'damaged.yaml');
        expect(valid(cluster), text).to.equal(true);
        expect(new Set(cluster.instances.map(({ id }) => id)).size).to.equal(cluster.instances.length);
      } catch (error) {
        if (!(error instanceof VoltanaError)) throw new Error(`not a VoltanaError for:\n${text}`, { cause: error });
        expect(error.exitCode).to.equal(2);
        expect(error.message, text).to.match(/^damaged\.yaml: .+$/);
        refused++;
      }
    }
    // Some changes fall into comments and names: both outcomes must have been seen often.
    expect(refused).to.be.within(MUTATIONS * 0.3, MUTATIONS * 0.95);
  });
});
