import { expect } from 'chai';
import type { ValidateFunction } from 'ajv';
import { parseEngineCard, parseGpuCard, parseModelCard, parseWorkloadCard } from '../../../src/config/cards.ts';
import { parseClusterFile } from '../../../src/config/cluster-file.ts';
import { parseDocumentOf } from '../../../src/config/document.ts';
import { clockTable } from '../../../src/emulation/instance.ts';
import { createDevice } from '../../../src/prediction/analytic/device.ts';
import { estimateIteration } from '../../../src/prediction/analytic/estimate.ts';
import { decodeWork } from '../../../src/prediction/analytic/work.ts';
import { validateComparison, validateRun } from '../../../src/schemas/compiled/validators.js';
import { checkWorkloadCard, type WorkloadCard } from '../../../src/workload/card.ts';
import { seededSchedule } from '../../../src/workload/seeded-schedule.ts';
import { cluster } from '../../fixtures/documents.ts';
import { fuzzes } from '../../fixtures/fuzz/fuzz.ts';
import { baselineRun, comparison } from '../../fixtures/run-records.ts';
import { readSchema } from '../../fixtures/schemas.ts';
import { engine, gpu, model } from '../../fixtures/world/shipped.ts';

const FILE = 'damaged.json';
const SAYS = /^damaged\.(json|yaml): .+$/s;
const text = (bytes: Buffer): string => bytes.toString('utf8');
/** Compact, so that a change seldom falls into blanks. */
const compact = (document: object): string => JSON.stringify(document);

const work = decodeWork(4, 400);
/** A card must be good for what it is for. */
const estimates = (gpuCard = gpu, modelCard = model, engineCard = engine): void => {
  const device = createDevice(gpuCard, modelCard, engineCard, 1);
  expect(estimateIteration(device, work, gpu.clock.maxMhz).latencyMs).to.be.above(0);
};

const drawn = (card: WorkloadCard): void => {
  const requests = seededSchedule({ card, ratePerS: 8, burstiness: 1, seed: 3, extent: { requests: 5 } });
  for (const { promptTokens, maxTokens } of requests)
    expect(Number.isSafeInteger(promptTokens) && promptTokens > 0 && Number.isSafeInteger(maxTokens) && maxTokens > 0).to.equal(true);
};

/** Every optional key, small tables. */
const WORKLOAD: WorkloadCard = {
  schemaVersion: 1,
  kind: 'workload',
  id: 'w',
  name: 'W',
  source: 'a trace',
  licence: 'CC0',
  evidence: 'from-trace',
  requests: 100,
  meanPromptTokens: 150,
  meanOutputTokens: 20,
  probabilities: [0, 0.5, 1],
  promptTokens: [1, 100, 300],
  outputTokensByPromptBin: [
    [1, 10, 20],
    [2, 30, 60],
  ],
  arrivals: { kind: 'empirical', note: 'n', gaps: 99, variation: 1, probabilities: [0, 0.5, 1], gapQuantiles: [0.5, 1, 1.5] },
};

/** YAML is slow to read: what the shipped cluster has, in few bytes. */
const YAML = `schemaVersion: 1
kind: cluster
name: small
gpu: a100-sxm4-80gb
model: llama-3.1-8b
tp: 1
slo: {ttftMs: 1000, itlMs: 50}
engine: {kind: emulated}
launcher: {kind: local}
instances:
  - {id: p0, role: prefill, gpus: [a]} # one
  - id: d0
    role: decode
    gpus: [b]
gateway: {host: 127.0.0.1}
control: {minClockMhz: 390, maxClockMhz: 1410}
`;

const short = { outcomes: [], samples: [] };
const run = {
  ...baselineRun(),
  series: baselineRun(short).series,
  blocks: baselineRun(short).blocks,
  histograms: baselineRun(short).histograms,
};
/** Profiles and fits are in tables.test.ts. */
const DOCUMENTS: readonly (readonly [kind: string, document: object, validate: ValidateFunction])[] = [
  ['run', run, validateRun],
  ['comparison', { ...comparison(), baseline: run, candidate: run }, validateComparison],
];

describe('fuzz: documents', () => {
  fuzzes('cluster file', {
    seeds: [YAML],
    read: (bytes) => parseClusterFile(text(bytes), 'damaged.yaml'),
    says: SAYS,
    holds: ({ instances, tp }) => {
      expect(new Set(instances.map(({ id }) => id)).size).to.equal(instances.length);
      expect(instances.every(({ gpus }) => gpus.length === tp)).to.equal(true);
    },
  });
  fuzzes('cluster file in JSON', { seeds: [compact(cluster)], read: (bytes) => parseClusterFile(text(bytes), FILE), says: SAYS });
  fuzzes('GPU card', {
    seeds: [compact(gpu)],
    read: (bytes) => parseGpuCard(text(bytes), FILE),
    says: SAYS,
    holds: (card) => {
      expect(clockTable(card)).to.have.length.within(1, 10_000);
      estimates(card);
    },
  });
  fuzzes('model card', {
    seeds: [compact(model)],
    read: (bytes) => parseModelCard(text(bytes), FILE),
    says: SAYS,
    holds: (card) => estimates(gpu, card),
  });
  fuzzes('engine card', {
    seeds: [compact(engine)],
    read: (bytes) => parseEngineCard(text(bytes), FILE),
    says: SAYS,
    holds: (card) => estimates(gpu, model, card),
  });
  fuzzes('workload card', {
    seeds: [compact(WORKLOAD)],
    read: (bytes) => checkWorkloadCard(parseWorkloadCard<WorkloadCard>(text(bytes), FILE), FILE),
    says: SAYS,
    holds: drawn,
  });
  for (const [kind, document, validate] of DOCUMENTS) {
    fuzzes(`${kind} document`, {
      seeds: [compact(document)],
      read: (bytes) => parseDocumentOf(text(bytes), FILE, validate, readSchema(kind)),
      says: SAYS,
    });
  }
});
