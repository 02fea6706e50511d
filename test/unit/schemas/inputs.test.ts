import { readdirSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { cluster } from '../../fixtures/documents.ts';
import { schemaNames, validator } from '../../fixtures/schemas.ts';

const profiles = new URL('../../../profiles/', import.meta.url);
const FOLDERS = { gpus: 'gpu', models: 'model', engines: 'engine' } as const;
/** Dense models have none. */
const OPTIONAL = ['moe', 'bytesPerHeadWeight', 'fp8Tflops', 'validated'];

const cards = Object.entries(FOLDERS).flatMap(([folder, schema]) =>
  readdirSync(new URL(`${folder}/`, profiles))
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({
      name: `${folder}/${file}`,
      schema,
      card: JSON.parse(readFileSync(new URL(`${folder}/${file}`, profiles), 'utf8')) as Record<string, unknown>,
    })),
);

describe('all schemas', () => {
  for (const name of schemaNames) it(`${name} compiles in ajv's strict mode`, () => expect(validator(name)).to.be.a('function'));
});

describe('card schemas', () => {
  for (const { name, schema, card } of cards) {
    it(`${name} validates`, () => {
      const validate = validator(schema);
      expect(validate(card), JSON.stringify(validate.errors)).to.equal(true);
    });

    it(`${name}: every key but ${OPTIONAL.join()} is required, and an unknown one is refused`, () => {
      const validate = validator(schema);
      for (const key of Object.keys(card)) {
        const { [key]: _, ...rest } = card;
        expect(validate(rest), key).to.equal(OPTIONAL.includes(key));
      }
      expect(validate({ ...card, extra: 1 })).to.equal(false);
    });
  }
});

describe('cluster schema', () => {
  const validate = validator('cluster');
  const [prefill, decode] = cluster.instances;
  const withInstance = (over: object) => ({ ...cluster, instances: [{ ...prefill, ...over }, decode] });

  it('takes every key that the type knows', () => {
    expect(validate(cluster), JSON.stringify(validate.errors)).to.equal(true);
  });

  for (const [what, file] of [
    ['an unknown key at the top', { ...cluster, gpuss: 1 }],
    ['an unknown key of an instance', withInstance({ prot: 1 })],
    ['an unknown key of control', { ...cluster, control: { governer: 'slo' } }],
    ['a port above 65535', withInstance({ port: 65_536 })],
    ['a negative port', withInstance({ port: -1 })],
    ['half a port', { ...cluster, gateway: { host: 'localhost', port: 80.5 } }],
    ['a seed that is no integer', withInstance({ seed: 1.5 })],
    ['an id with spaces', withInstance({ id: 'prefill 0' })],
    ['an id that leaves its folder', { ...cluster, gpu: '../a100' }],
    ['no GPU', withInstance({ gpus: [] })],
    ['one GPU twice', withInstance({ gpus: ['a', 'a'] })],
    ['no instance', { ...cluster, instances: [] }],
    ['an SLO of 0', { ...cluster, slo: { ttftMs: 0, itlMs: 50 } }],
    ['a NaN SLO', { ...cluster, slo: { ttftMs: NaN, itlMs: 50 } }],
    ['a negative clock', { ...cluster, control: { minClockMhz: -1 } }],
    ['text for a number', { ...cluster, tp: '1' }],
    ['an unknown engine', { ...cluster, engine: { kind: 'tgi' } }],
    ['another schema version', { ...cluster, schemaVersion: 2 }],
    ['a list', []],
    ['nothing', null],
  ] as const)
    it(`refuses ${what}`, () => expect(validate(file)).to.equal(false));
});
