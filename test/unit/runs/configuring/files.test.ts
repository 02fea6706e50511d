import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { fileExists } from '../../../../src/adapters/host/file-exists.ts';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import type { VoltanaError } from '../../../../src/domain/errors.ts';
import { initFile } from '../../../../src/runs/configuring/init.ts';
import { loadSettings } from '../../../../src/runs/configuring/load-settings.ts';
import { validateFile } from '../../../../src/runs/configuring/validate-file.ts';
import { boundedClocks } from '../../../../src/runs/serving/fleet.ts';
import { clockTable } from '../../../../src/emulation/instance.ts';
import { Library } from '../../../../src/runs/library.ts';

const store = fileStore();
const library = new Library(shippedProfiles(store), store);
const ports = { store, library, exists: fileExists };
const SMALL = { gpu: 'a100-sxm4-80gb', model: 'llama-3.1-8b', tp: 2, prefill: 1, decode: 3, ttftMs: 800, itlMs: 40 };

const folder = mkdtempSync(join(tmpdir(), 'voltana-config-'));
const at = (name: string): string => join(folder, name);
const fileWith = (name: string, text: string): string => {
  writeFileSync(at(name), text);
  return at(name);
};
const errorOf = (work: Promise<unknown>): Promise<VoltanaError> =>
  work.then(
    () => Promise.reject(new Error('no error')),
    (error: VoltanaError) => error,
  );
after(() => rmSync(folder, { recursive: true, force: true }));

describe('config init', () => {
  it('writes a settings file that validates', async () => {
    await initFile({ file: at('new.yaml'), cluster: null, force: false }, ports);
    expect(await validateFile(at('new.yaml'), store, library)).to.deep.include({ of: 'settings', valid: true, problems: [] });
  });

  it('writes a cluster file that validates and is what was asked for, each GPU once', async () => {
    await initFile({ file: at('c.yaml'), cluster: SMALL, force: false }, ports);
    expect(await validateFile(at('c.yaml'), store, library)).to.deep.include({ of: 'cluster', valid: true });
    const { name, slo, instances } = await library.cluster(at('c.yaml'));
    expect({ name, slo }).to.deep.equal({ name: 'emulated-1p3d-a100-sxm4-80gb-llama-3.1-8b', slo: { ttftMs: 800, itlMs: 40 } });
    expect(instances.map(({ id, role }) => `${id} ${role}`)).to.deep.equal(['p0 prefill', 'd0 decode', 'd1 decode', 'd2 decode']);
    expect(new Set(instances.flatMap(({ gpus }) => gpus)).size).to.equal(8);
  });

  it('writes examples that are valid once their # is gone, every one of them together', async () => {
    const uncommented = (text: string): string => text.replaceAll(/^( *)# (\w+: \S+)$/gm, '$1$2');
    const files = [
      { file: at('settings-examples.yaml'), cluster: null },
      ...(await library.ids('gpus')).map((gpu) => ({ file: at(`${gpu}.yaml`), cluster: { ...SMALL, gpu, tp: 8 } })),
    ];
    for (const { file, cluster } of files) {
      await initFile({ file, cluster, force: false }, ports);
      const [before, after] = [readFileSync(file, 'utf8'), uncommented(readFileSync(file, 'utf8'))];
      expect(after.match(/^ *# /gm)!.length).to.be.below(before.match(/^ *# /gm)!.length);
      writeFileSync(file, after);
      expect((await validateFile(file, store, library)).problems, file).to.deep.equal([]);
      if (cluster === null) continue;
      const { control } = await library.cluster(file);
      expect(boundedClocks(clockTable(await library.gpu(cluster.gpu)), control)).to.have.length.above(10);
    }
  });

  it('replaces a file only by force', async () => {
    const file = fileWith('mine.yaml', 'mine');
    expect(await errorOf(initFile({ file, cluster: null, force: false }, ports))).to.include({
      exitCode: 2,
      message: `${file} is there already`,
    });
    expect(readFileSync(file, 'utf8')).to.equal('mine');
    await initFile({ file, cluster: null, force: true }, ports);
    expect(readFileSync(file, 'utf8')).to.contain('kind: settings');
  });

  for (const [what, ask, says] of [
    ['an unknown GPU', { ...SMALL, gpu: 'a100' }, /unknown GPU "a100"/],
    ['an unknown model', { ...SMALL, model: 'llama-3' }, /unknown model "llama-3"/],
    ['a tp that does not divide the heads', { ...SMALL, tp: 3 }, /tp 3 .* 32 heads/],
  ] as const) {
    it(`refuses ${what} and writes nothing`, async () => {
      const error = await errorOf(initFile({ file: at('never.yaml'), cluster: ask, force: true }, ports));
      expect([error.exitCode, says.test(error.message)]).to.deep.equal([2, true]);
      expect(await fileExists(at('never.yaml'))).to.equal(false);
    });
  }
});

describe('config validate', () => {
  const validate = async (text: string) => {
    const { valid, problems } = await validateFile(fileWith('f.yaml', text), store, library);
    expect(valid).to.equal(problems.length === 0);
    return problems.map((problem) => `${problem.text} | ${problem.hint ?? ''}`);
  };
  const settings = (text: string) => validate(`schemaVersion: 1\nkind: settings\n${text}\n`);
  const shipped = (change: (text: string) => string) =>
    validate(change(readFileSync('profiles/clusters/emulated-2p2d-a100-llama-3.1-8b.yaml', 'utf8')));

  it('finds every problem of a settings file, not only the first', async () => {
    const problems = await settings('ratee: 3\nseed: -1\nlogFormat: xml');
    expect(problems).to.have.length(3);
    expect(problems.join('\n'))
      .to.match(/unknown key "ratee" \| Did you mean "rate"\?/)
      .and.to.match(/seed must be >= 0/)
      .and.to.match(/logFormat is "xml"/);
  });

  it('looks up ids, of clusters and of settings', async () => {
    expect(await settings('governor: fixd\nworkload: azure-conv\nrouting: eco')).to.have.length(2);
    expect((await settings('baselineRouting: ec'))[0]).to.match(/unknown routing policy "ec" \| Did you mean "eco"/);
    expect(
      await shipped((text) => text.replace('gpu: a100-sxm4-80gb', 'gpu: a100-sxm4-80g').replace('governor: slo', 'governor: slow')),
    ).to.have.length(2);
  });

  it('finds what no schema can say', async () => {
    expect((await shipped((text) => text.replace('id: p1', 'id: p0')))[0]).to.match(
      /^two instances are called "p0" \| Give every instance/,
    );
  });

  it('takes a shipped cluster as it is', async () => expect(await shipped((text) => text)).to.deep.equal([]));

  it('needs a kind that it knows', async () => {
    expect(await validate('schemaVersion: 1')).to.deep.equal(['"kind" is missing | Say kind: settings or kind: cluster or kind: agent.']);
    expect((await validate('kind: setings'))[0]).to.match(/^kind is "setings" \| Did you mean settings\?/);
    expect((await validate('kind: constructor'))[0]).to.match(/^kind is "constructor" \| Say kind/);
    expect(await validate('[1]')).to.have.length(1);
  });

  it('ends with an error where there is no YAML or no file at all', async () => {
    expect(await errorOf(validate('a: ['))).to.include({ code: 'FILE_MALFORMED', exitCode: 2 });
    expect(await errorOf(validateFile(at('none.yaml'), store, library))).to.include({ code: 'FILE_UNREADABLE', exitCode: 2 });
  });
});

describe('loadSettings', () => {
  const one = (rate: number) => fileWith(`rate-${rate}.yaml`, `schemaVersion: 1\nkind: settings\nrate: ${rate}\n`);
  const rateOf = async (config: string | undefined, variables: Record<string, string>) =>
    (await loadSettings({ config, flags: {} }, variables, store)).rate;

  it('reads the file that --config names, or else VOLTANA_CONFIG', async () => {
    expect(await rateOf(one(3), { VOLTANA_CONFIG: one(4) })).to.deep.equal({ value: 3, origin: { source: 'file', name: one(3) } });
    expect((await rateOf(undefined, { VOLTANA_CONFIG: one(4) })).value).to.equal(4);
    expect((await rateOf(undefined, { VOLTANA_CONFIG: '' })).origin.source).to.equal('default');
    expect((await rateOf(one(3), { VOLTANA_RATE: '5' })).value).to.equal(5);
  });

  it('names a file that is not there, and a wrong key with its file', async () => {
    expect((await errorOf(rateOf(at('gone.yaml'), {}))).message).to.contain('gone.yaml');
    const wrong = fileWith('wrong.yaml', 'schemaVersion: 1\nkind: settings\nratee: 3');
    expect((await errorOf(rateOf(wrong, {}))).message).to.equal(`${wrong}: unknown key "ratee"`);
  });
});
