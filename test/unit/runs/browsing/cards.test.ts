import { expect } from 'chai';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import type { VoltanaError } from '../../../../src/domain/errors.ts';
import type { CardKind, ProfileSource } from '../../../../src/ports/profile-source.ts';
import { listCards, showCard } from '../../../../src/runs/browsing/cards.ts';
import { Library } from '../../../../src/runs/library.ts';

const profiles = shippedProfiles(fileStore());
const library = new Library(profiles, fileStore());
const errorOf = (work: Promise<unknown>): Promise<VoltanaError> =>
  work.then(
    () => Promise.reject(new Error('no error')),
    (error: VoltanaError) => error,
  );

describe('the cards that ship', () => {
  it('are all listed, kind by kind, each with a name and the source of its figures', async () => {
    const cards = await listCards(undefined, library);
    const kinds: readonly CardKind[] = ['gpus', 'models', 'engines', 'workloads', 'clusters', 'fitted'];
    const ids = (await Promise.all(kinds.map((kind) => profiles.list(kind)))).flat();
    expect(cards.map(({ id }) => id)).to.deep.equal(ids);
    for (const { id, name, source, file } of cards) {
      expect(name, id).to.match(/\S/);
      expect(source, id).to.match(/\S{3}/);
      expect(file).to.match(new RegExp(`^profiles/.*/${id.replaceAll('.', '\\.')}\\.(json|yaml)$`));
    }
  });

  it('of one kind alone', async () => {
    const cards = await listCards('engine', library);
    expect(new Set(cards.map(({ kind }) => kind))).to.deep.equal(new Set(['engine']));
    expect(cards.map(({ id }) => id)).to.deep.equal(await profiles.list('engines'));
  });

  it('one by its id: the card itself, and every source of its figures once', async () => {
    const shown = await showCard('a100-sxm4-80gb', undefined, library);
    expect(shown).to.deep.include({ kind: 'gpu', card: await library.gpu('a100-sxm4-80gb') });
    const { source } = await showCard('qwen3-8b', undefined, library);
    expect(source.match(/the model's published configuration, from general knowledge/g)).to.have.length(1);
    expect((await showCard('azure-conv-2023', undefined, library)).source).to.include('AzureLLMInferenceDataset2023');
  });

  it('a cluster says what it is made of', async () => {
    const { name, source } = await showCard('emulated-2p2d-a100-llama-3.1-8b', 'cluster', library);
    expect(name).to.equal('2 prefill + 2 decode, llama-3.1-8b on a100-sxm4-80gb, emulated');
    expect(source).to.equal('its cards a100-sxm4-80gb, llama-3.1-8b, sglang-like');
  });

  it('an unknown id: the nearest of all kinds, or of the one that was asked for', async () => {
    expect(await errorOf(showCard('qwen3-32', undefined, library))).to.include({ exitCode: 2, message: 'unknown card "qwen3-32"' });
    expect((await errorOf(showCard('shargpt', undefined, library))).hint).to.match(/^Did you mean "sharegpt"\? Known: a100-pcie/);
    expect(await errorOf(showCard('llama-3.1-8b', 'gpu', library))).to.include({ message: 'unknown GPU "llama-3.1-8b"' });
  });

  it('an id of two kinds is only known with its kind', async () => {
    const twice: ProfileSource = {
      list: (kind) => Promise.resolve(kind === 'gpus' || kind === 'models' ? ['both'] : []),
      read: async (kind) => profiles.read(kind, kind === 'gpus' ? 'a100-sxm4-80gb' : 'llama-3.1-8b'),
    };
    const own = new Library(twice, fileStore());
    expect(await errorOf(showCard('both', undefined, own))).to.include({
      exitCode: 2,
      message: '"both" is a card of more than one kind: gpu, model',
      hint: 'Say which with --kind.',
    });
    expect((await showCard('both', 'model', own)).name).to.equal('Llama-3.1-8B-Instruct');
  });
});
