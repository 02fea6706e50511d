import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import { diagnosis, fitted, profile, traceStatistics } from '../../fixtures/documents.ts';
import { baselineRun, candidateRun, comparison } from '../../fixtures/run-records.ts';
import { validator } from '../../fixtures/schemas.ts';

type Path = readonly (string | number)[];

/** Every key of every object; of lists the first entry stands for all. */
const keyPaths = (value: unknown, path: Path = []): Path[] => {
  if (Array.isArray(value)) return value.length > 0 ? keyPaths(value[0], [...path, 0]) : [];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, child]) => [[...path, key], ...keyPaths(child, [...path, key])]);
};

const changed = (document: unknown, path: Path, change: (parent: Record<string, unknown>, key: string) => void): unknown => {
  const copy = structuredClone(document);
  const parent = path.slice(0, -1).reduce<unknown>((at, key) => (at as Record<string, unknown>)[key as string], copy);
  change(parent as Record<string, unknown>, String(path.at(-1)));
  return copy;
};

const withRepeats: RunRecord = { ...candidateRun(), repeats: [{ seed: 1, energyJ: 3, joulesPerOutputToken: 0.1, joint: 1 }] };
const DOCUMENTS = {
  run: withRepeats,
  comparison: comparison(),
  profile,
  fitted,
  doctor: diagnosis,
  'trace-statistics': traceStatistics,
} as const;
/** Keys that the types mark as optional. */
const OPTIONAL = new Set(['contextTokens', 'promptTokens', 'drift', 'sweeps']);
/** Of a run's series: older records lack them. */
const ADDED_TO_SERIES = new Set(['ttftMs', 'itlMs', 'requests']);
/** Of a metric of a comparison: those that were written before these were added lack them. */
const ADDED_TO_METRICS = new Set(['verdict', 'pValue', 'effect', 'practicalPct', 'method']);

const isOptional = (path: Path): boolean => {
  const key = String(path.at(-1));
  return OPTIONAL.has(key) || (path.includes('series') && ADDED_TO_SERIES.has(key)) || (path[0] === 'metrics' && ADDED_TO_METRICS.has(key));
};

describe('document schemas', () => {
  for (const [name, document] of Object.entries(DOCUMENTS)) {
    const validate = validator(name);
    // The cards within a document have schemas and tests of their own.
    const paths = keyPaths(document).filter((path) => !isOptional(path) && !(path[0] === 'cards' && path.length > 2));

    it(`${name}: what the code builds validates, also after a trip through JSON`, () => {
      expect(validate(document), JSON.stringify(validate.errors)).to.equal(true);
      expect(validate(JSON.parse(JSON.stringify(document)))).to.equal(true);
    });

    it(`${name}: every key of the type is required (${paths.length} of them)`, () => {
      const tolerated = paths.filter((path) => validate(changed(document, path, (parent, key) => delete parent[key])));
      expect(tolerated.map((path) => path.join('.'))).to.deep.equal([]);
    });

    it(`${name}: every key is typed: an object of something else fails`, () => {
      const tolerated = paths.filter((path) => validate(changed(document, path, (parent, key) => (parent[key] = { strange: true }))));
      expect(tolerated.map((path) => path.join('.'))).to.deep.equal([]);
    });

    it(`${name}: later versions may add keys`, () => {
      const added = paths.filter((path) => !validate(changed(document, path, (parent) => (parent['added'] = 1))));
      expect(added).to.deep.equal([]);
    });
  }

  it('take a run without a meter, without requests and without a rate', () => {
    const bare = baselineRun({ samples: null, outcomes: [], idlePowerW: null });
    const validate = validator('run');
    expect(validate({ ...bare, config: { ...bare.config, rate: null, durationS: null } }), JSON.stringify(validate.errors)).to.equal(true);
  });

  it('take a comparison without meters and an invalid one', () => {
    const validate = validator('comparison');
    expect(validate(comparison(baselineRun({ samples: null }), candidateRun({ samples: null })))).to.equal(true);
    expect(validate(comparison(baselineRun({ outcomes: [] }), candidateRun()))).to.equal(true);
  });

  it('refuse NaN, a negative energy and an unknown verdict', () => {
    const validate = validator('run');
    const run = baselineRun();
    expect(validate({ ...run, wallS: NaN })).to.equal(false);
    expect(validate({ ...run, meanPowerW: -1 })).to.equal(false);
    expect(validate({ ...run, validity: { verdict: 'fine', reasons: [] } })).to.equal(false);
    expect(validate({ ...run, createdAt: 'yesterday' })).to.equal(false);
  });
});
