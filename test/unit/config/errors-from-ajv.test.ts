import { expect } from 'chai';
import { explainSchemaErrors } from '../../../src/config/errors-from-ajv.ts';
import { cluster } from '../../fixtures/documents.ts';
import { readSchema, validator } from '../../fixtures/schemas.ts';

const [prefill, decode] = cluster.instances;
const explain = (data: unknown, schema: unknown = readSchema('cluster')) => {
  const validate = validator('cluster');
  expect(validate(data)).to.equal(false);
  return explainSchemaErrors(validate.errors!, data, 'my.yaml', schema);
};

describe('explainSchemaErrors', () => {
  it('names an unknown key, its place and the key that was meant', () => {
    const error = explain({ ...cluster, instances: [prefill, { ...decode, prot: 9000 }] });
    expect(error.message).to.equal('my.yaml: unknown key "prot" in instances[1]');
    expect(error.hint).to.match(/^Did you mean "port"\? The keys here are: id, role, gpus/);
    expect([error.code, error.exitCode]).to.deep.equal(['UNKNOWN_KEY', 2]);
  });

  it('prefers a misspelt key to the missing one it stands for', () => {
    const { gateway, ...rest } = cluster;
    const error = explain({ ...rest, gatway: gateway });
    expect(error.message).to.equal('my.yaml: unknown key "gatway" (and 1 more)');
    expect(error.hint).to.match(/^Did you mean "gateway"\?/);
  });

  it('lists the keys without a guess when none is near, and does without a schema', () => {
    expect(explain({ ...cluster, colour: 'red' }).hint).to.match(/^The keys here are: schemaVersion/);
    const error = explain({ ...cluster, colour: 'red' }, undefined);
    expect(error.message).to.equal('my.yaml: unknown key "colour"');
  });

  it('names a missing key', () => {
    const { slo: _, ...rest } = cluster;
    expect(explain(rest)).to.deep.include({ message: 'my.yaml: "slo" is missing', code: 'FILE_MALFORMED', exitCode: 2 });
    expect(explain({ ...cluster, slo: { ttftMs: 5 } }).message).to.equal('my.yaml: "itlMs" is missing in slo');
  });

  it('says which values are allowed', () => {
    const error = explain({ ...cluster, instances: [{ ...prefill, role: 'prefil' }, prefill, decode] });
    expect(error.message).to.equal('my.yaml: instances[0].role is "prefil"');
    expect(error.hint).to.equal('Did you mean "prefill"? Use "prefill", "decode" or "aggregated".');
    expect(explain({ ...cluster, schemaVersion: 2 }).hint).to.equal('Use 1.');
  });

  it('says what number was wrong, NaN included', () => {
    expect(explain({ ...cluster, instances: [{ ...prefill, port: 70_000 }, decode] }).message).to.equal(
      'my.yaml: instances[0].port must be <= 65535, got 70000',
    );
    expect(explain({ ...cluster, slo: { ttftMs: NaN, itlMs: 50 } }).message).to.equal('my.yaml: slo.ttftMs must be a number, got NaN');
  });

  it('is one short line whatever the document', () => {
    for (const data of [null, [], 'text', { ...cluster, gpu: 'x'.repeat(5000) + ' ' }, { ...cluster, instances: 'none\nat all' }]) {
      const { message, hint } = explain(data);
      expect(message).to.not.include('\n');
      expect(message.length).to.be.below(200);
      expect(hint).to.not.equal('');
    }
  });
});
