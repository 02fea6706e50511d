import { expect } from 'chai';
import { parseFitted } from '../../../src/config/fitted-document.ts';
import { parseProfile } from '../../../src/config/profile-document.ts';
import type { FittedDocument, FittedInstance } from '../../../src/domain/profile.ts';
import { fittedPredictor } from '../../../src/prediction/fitted-predictor.ts';
import { readRows } from '../../../src/prediction/calibration/tables/csv.ts';
import { instanceFromLookup } from '../../../src/prediction/tables/lookup-instance.ts';
import type { LookupTable } from '../../../src/prediction/tables/lookup.ts';
import { measuredFormat } from '../../../src/prediction/tables/measured.ts';
import { readLookup } from '../../../src/prediction/tables/read-lookup.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import { gpuCard } from '../../fixtures/cards.ts';
import { fuzzes } from '../../fixtures/fuzz/fuzz.ts';
import { SAMPLES } from '../../fixtures/measurements.ts';
import { profileDocument, smallSpecs } from '../../fixtures/profile-document.ts';
import { fitted } from '../../fixtures/documents.ts';

const SAYS = /^damaged\.(csv|json)/;
const FILE = 'damaged.csv';
const text = (bytes: Buffer): string => bytes.toString('utf8');

const LOOKUP = `freq,bs_start,bs_end,coef_bs,coef_tokens,coef_intercept,r_2
1005,1,8,0.0678,0.000144,20.23,0.98
1005,9,128,0.0612,0.000144,22.5,0.98
1410,1,8,0.0502,0.000101,15.1,0.98
1410,9,128,0.0481,0.000101,16.9,
`;
const a800 = gpuCard('a800-sxm4-80gb');

const lookup = (bytes: Buffer, phase: 'decode' | 'prefill'): LookupTable => {
  const { rows, columns } = readRows(text(bytes), FILE);
  return readLookup(rows, columns, FILE, { phase, quantity: 'latency' });
};

const source = (instance: FittedInstance): Pick<FittedDocument, 'evidence' | 'cards' | 'provenance'> => ({
  evidence: 'extrapolated',
  cards: null,
  provenance: { ...fitted.provenance, cluster: instance.instance },
});

/** A table that was taken must answer: at every corner, and between its clocks. */
const answers = (table: LookupTable): void => {
  const instance = instanceFromLookup(table, { ...table, quantity: 'energy' }, () => 0);
  const predictor = fittedPredictor(instance, source(instance));
  const [low, high] = predictor.clockRangeMhz;
  for (const { batch } of table.rows)
    for (const rows of batch)
      for (const clockMhz of [low, (low + high) / 2, high]) {
        const load = table.phase === 'decode' ? { batch: rows, tokens: rows } : { batch: 1, tokens: rows };
        const { latencyMs, powerW, inRange } = predictor.predict(load, clockMhz);
        expect(latencyMs).to.be.above(0).and.below(Infinity);
        expect(powerW).to.be.at.least(0).and.below(Infinity);
        expect(inRange).to.equal(false);
      }
};

describe('fuzz: tables and documents that fit reads', () => {
  fuzzes('lookup table', {
    seeds: [LOOKUP],
    says: SAYS,
    read: (bytes) => [lookup(bytes, 'decode'), lookup(bytes, 'prefill')],
    holds: (tables) => tables.forEach(answers),
  });

  // Both GPUs have the same clocks.
  fuzzes('measured iterations', {
    seeds: [SAMPLES.iterations.replaceAll(',2,prefill', ',1,prefill'), SAMPLES.sweep],
    says: SAYS,
    read: (bytes) => {
      const { rows, columns } = readRows(text(bytes), FILE);
      const format = measuredFormat(columns);
      if (!format) throw new VoltanaError('FILE_MALFORMED', `${FILE}: no table`);
      return format.read(rows, FILE, a800);
    },
    holds: ({ points }) => {
      for (const { valid, latencyMs, powerW, energyJ, batch } of points)
        if (valid) for (const value of [latencyMs, powerW, energyJ, batch]) expect(value).to.be.above(0).and.below(Infinity);
    },
  });

  const profile = profileDocument(smallSpecs(), [1410]);
  fuzzes('profile', {
    seeds: [JSON.stringify({ ...profile, points: profile.points.slice(-3), idle: profile.idle.slice(0, 1) })],
    read: (bytes) => parseProfile(text(bytes), 'damaged.json'),
    says: SAYS,
    holds: ({ points }) => points.forEach(({ latencyMs, powerW }) => expect(latencyMs + powerW).to.be.within(0, 2e9)),
  });
  fuzzes('fit', {
    seeds: [JSON.stringify({ ...fitted, cards: null })],
    read: (bytes) => parseFitted(text(bytes), 'damaged.json'),
    says: SAYS,
    holds: ({ instances, ...document }) => {
      for (const instance of instances)
        if (instance.model === 'segments')
          expect(fittedPredictor(instance, document).predict({ batch: 1, tokens: 100 }, 1005).latencyMs).to.be.above(0);
    },
  });
});
