import { expect } from 'chai';
import { fileStore } from '../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../src/adapters/host/shipped-profiles.ts';
import { VoltanaError } from '../../../src/domain/errors.ts';
import type { CardKind, ProfileSource } from '../../../src/ports/profile-source.ts';
import type { Store } from '../../../src/ports/store.ts';
import { Library } from '../../../src/runs/library.ts';
import { cluster, clusterText } from '../../fixtures/world/shipped.ts';

const profiles = shippedProfiles(fileStore());
const library = new Library(profiles, fileStore());

const errorOf = async (work: Promise<unknown>): Promise<VoltanaError> => {
  const error: unknown = await work.then(
    () => 'no error',
    (reason: unknown) => reason,
  );
  expect(error).to.be.instanceOf(VoltanaError);
  return error as VoltanaError;
};

const readOf: Readonly<Record<Exclude<CardKind, 'fitted'>, (id: string) => Promise<{ readonly id?: string; readonly name: string }>>> = {
  gpus: (id) => library.gpu(id),
  models: (id) => library.model(id),
  engines: (id) => library.engine(id),
  workloads: (id) => library.workload(id),
  clusters: (id) => library.cluster(id),
};

describe('library', () => {
  it('reads every fit that ships, by its id, and any other by its file', async () => {
    for (const id of await profiles.list('fitted')) {
      const fitted = await library.fitted(id);
      expect(fitted).to.include({ kind: 'fitted' });
      expect(await library.fitted(`profiles/fitted/${id}.json`)).to.deep.equal(fitted);
    }
    expect((await errorOf(library.fitted('a100-llama-3.1-8b'))).hint).to.include('a100-llama-3.1-8b-emulated');
    expect((await errorOf(library.fitted('nothing.json'))).code).to.equal('FILE_UNREADABLE');
  });

  for (const kind of ['gpus', 'models', 'engines', 'workloads', 'clusters'] as const) {
    it(`reads and validates every shipped card of ${kind}, and each is called what its file is called`, async () => {
      const ids = await profiles.list(kind);
      expect(ids).to.not.have.length(0);
      for (const id of ids) {
        const card = await readOf[kind](id);
        expect(kind === 'clusters' ? card.name : card.id).to.equal(id);
      }
    });
  }

  it('every shipped cluster names cards that ship too', async () => {
    for (const id of await profiles.list('clusters')) {
      const { gpu, model, engine } = await library.cluster(id);
      await Promise.all([library.gpu(gpu), library.model(model), library.engine(engine.card ?? 'sglang-like')]);
    }
  });

  it('suggests the id that was probably meant, and lists them all', async () => {
    for (const [work, message, near] of [
      [library.gpu('a100-sxm-80gb'), 'unknown GPU "a100-sxm-80gb"', 'a100-sxm4-80gb'],
      [library.model('llama3.1-8b'), 'unknown model "llama3.1-8b"', 'llama-3.1-8b'],
      [library.workload('azure-conv'), 'unknown workload "azure-conv"', 'azure-conv-2023'],
      [library.cluster('emulated-2p2d-a100-llama-3.1-70b'), 'unknown cluster', 'emulated-2p2d-a100-llama-3.1-8b'],
    ] as const) {
      const error = await errorOf(work);
      expect(error).to.include({ code: 'UNKNOWN_ID', exitCode: 2 });
      expect(error.message).to.include(message);
      expect(error.hint).to.include(`Did you mean "${near}"?`).and.include('Known: ');
    }
    expect((await errorOf(library.gpu('zzzzzzzzzzzzzzzz'))).hint).to.match(/^Known: /);
  });

  it('never takes an id for a path out of its folder', async () => {
    for (const id of ['../clusters/emulated', '..', '', 'a100-sxm4-80gb/../a100-sxm4-80gb']) {
      expect((await errorOf(library.gpu(id))).code).to.equal('UNKNOWN_ID');
    }
  });

  it('takes a cluster by its path, which messages then name', async () => {
    const files: Readonly<Record<string, string>> = { './mine.yaml': clusterText, 'dir/mine': clusterText, 'mine.YML': 'kind: cluster' };
    const store: Store = {
      read: (path: string) => Promise.resolve(files[path]!),
      write: () => Promise.reject(new Error('written')),
    } as unknown as Store;
    const none: ProfileSource = { list: () => Promise.resolve([]), read: () => Promise.reject(new Error('read')) };
    const own = new Library(none, store);
    expect(await own.cluster('./mine.yaml')).to.deep.equal(cluster);
    expect(await own.cluster('dir/mine')).to.deep.equal(cluster);
    expect((await errorOf(own.cluster('mine.YML'))).message).to.match(/^mine\.YML: /);
  });

  it('says which cluster file cannot be read', async () => {
    const error = await errorOf(library.cluster('./no-such.yaml'));
    expect(error).to.include({ code: 'FILE_UNREADABLE', exitCode: 2 });
    expect(error.message).to.include('no-such.yaml');
  });
});
