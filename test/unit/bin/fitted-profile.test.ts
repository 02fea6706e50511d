import { readFileSync } from 'node:fs';
import { expect } from 'chai';
import { print } from '../../../bin/fitted-profile/document.ts';
import { COMMAND, RECIPE, sourceOf } from '../../../bin/fitted-profile/recipe.ts';
import { parseFitted } from '../../../src/config/fitted-document.ts';
import { emulatedDevice } from '../../../src/emulation/instance.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork, prefillWork } from '../../../src/prediction/analytic/work.ts';
import { fittedPredictor } from '../../../src/prediction/fitted-predictor.ts';
import { provenanceOf } from '../../../src/runs/profiling/provenance.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { validator } from '../../fixtures/schemas.ts';
import { cluster, engine, gpu, model, shippedSpecs } from '../../fixtures/world/shipped.ts';

const FILE = `profiles/fitted/${RECIPE.id}.json`;
const text = readFileSync(new URL(`../../../${FILE}`, import.meta.url), 'utf8');
const cards = { gpu, model, engine };
const MOST_BYTES = 200_000;

/** Loads of both phases that were in the range of the measurements. */
const loadsOf = (role: 'prefill' | 'decode') => {
  const random = createRandom(7).fork(role);
  const between = (low: number, high: number): number => Math.round(low * (high / low) ** random.next());
  const clock = (): number => 390 + 15 * Math.floor(69 * random.next());
  return Array.from({ length: 300 }, () => ({
    batch: between(1, role === 'decode' ? 512 : 16),
    each: between(64, 1000),
    clockMhz: clock(),
  }));
};

describe(`the fit that ships (else: ${COMMAND})`, () => {
  const fitted = parseFitted(text, FILE);

  it('follows its schema, is small, and says that it is emulated, of what, and how to make it again', () => {
    const validate = validator('fitted');
    expect(validate(JSON.parse(text)), JSON.stringify(validate.errors)).to.equal(true);
    expect(text.length).to.be.below(MOST_BYTES);
    expect(fitted).to.include({ evidence: 'emulated', kind: 'fitted' });
    expect(fitted.source).to.include('no GPU was measured').and.include(COMMAND);
    expect(fitted.argv).to.deep.equal(COMMAND.split(' '));
  });

  it('is of the cards, the cluster and the engine settings that ship', () => {
    expect(fitted.cards).to.deep.equal(cards);
    expect(fitted.source).to.equal(sourceOf(cards));
    expect(fitted.provenance).to.deep.equal(provenanceOf({ cluster, ...cards }));
    expect(fitted.instances.map(({ instance, phase }) => [instance, phase])).to.deep.equal(
      cluster.instances.map(({ id, role }) => [id, role]),
    );
  });

  it('is what the emulator does today: latency and power of every device, as its meter shows it, within 3 and 4 %', () => {
    for (const spec of shippedSpecs()) {
      const instance = fitted.instances.find((one) => one.instance === spec.id)!;
      const predictor = fittedPredictor(instance, fitted);
      const device = emulatedDevice(spec);
      const errors = loadsOf(spec.role).map(({ batch, each, clockMhz }) => {
        const prompts = Array.from({ length: batch }, () => ({ newTokens: each, pastTokens: 0 }));
        const truth = estimateIteration(device, spec.role === 'decode' ? decodeWork(batch, batch * each) : prefillWork(prompts), clockMhz);
        const said = predictor.predict({ batch, tokens: batch * each }, clockMhz);
        const powerW = truth.powerW * device.tp * device.personality.sensorGain;
        return [Math.abs(said.latencyMs / truth.latencyMs - 1), Math.abs(said.powerW / powerW - 1)] as const;
      });
      const meanPct = (at: 0 | 1): number => (100 * errors.reduce((sum, error) => sum + error[at], 0)) / errors.length;
      expect(meanPct(0), `latency of ${spec.id}`).to.be.below(3);
      expect(meanPct(1), `power of ${spec.id}`).to.be.below(4);
    }
  });

  it('answers in range for several prompts in an iteration, and for a full batch', () => {
    const rangeOf = (phase: string) => fitted.instances.filter((one) => one.phase === phase).map(({ range }) => range.batch[1]);
    for (const most of rangeOf('prefill')) expect(most).to.be.at.least(16);
    for (const most of rangeOf('decode')) expect(most).to.equal(512);
  });

  it('is written so that a diff can be read: nothing lost, no long lines but of numbers that belong together', () => {
    expect(text).to.equal(`${print(JSON.parse(text))}\n`);
    expect(Math.max(...text.split('\n').map((line) => line.length))).to.be.below(800);
  });
});
