import { expect } from 'chai';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import { Library } from '../../../../src/runs/library.ts';
import type { ServeRequest } from '../../../../src/runs/serving/options.ts';
import { resolveServe } from '../../../../src/runs/serving/resolve.ts';
import { servedFolder } from '../../../fixtures/served.ts';
import { ourError } from '../../../fixtures/rejected.ts';

const FITTED = 'a100-llama-3.1-8b-emulated';
const SHIPPED = 'emulated-2p2d-a100-llama-3.1-8b';
const library = new Library(shippedProfiles(fileStore()), fileStore());
const request = (over: Partial<ServeRequest> = {}): ServeRequest => ({
  cluster: SHIPPED,
  governor: undefined,
  routing: undefined,
  clocks: undefined,
  fitted: undefined,
  sloTtftMs: undefined,
  sloItlMs: undefined,
  gatewayPort: undefined,
  seed: 1,
  durationS: undefined,
  ...over,
});
const resolved = (over: Partial<ServeRequest> = {}) => resolveServe(request(over), library);

describe('what serve makes of a cluster file', () => {
  const files = servedFolder();
  after(() => files.remove());
  const real = (name: string, change: Record<string, unknown> = {}): string =>
    files.cluster(name, { kind: 'vllm' }, (document) => {
      delete (document['engine'] as Record<string, unknown>)['card'];
      Object.assign(document, change);
    });

  it('an emulated cluster is governed by its cards, or by its fit', async () => {
    expect(await resolved()).to.deep.include({ governor: 'slo', routing: 'eco', warnings: [], fitted: null });
    expect((await resolved({ fitted: FITTED })).fitted!.provenance.cluster).to.equal(SHIPPED);
  });

  it('clocks of real engines stay as they are, which is said; routing goes by the cards where there are some', async () => {
    const known = await resolved({ cluster: real('known') });
    expect(known).to.include({ governor: 'max', routing: 'eco' });
    expect(known.warnings.join()).to.match(/clocks stay as they are/);
    const unknown = await resolved({ cluster: real('unknown', { gpu: 'b200', model: 'my-own-70b', control: {} }) });
    expect(unknown).to.deep.include({ governor: 'max', routing: 'least-requests', cards: null });
    const wanted = await resolved({ cluster: real('wanted', { gpu: 'b200' }), routing: 'eco' });
    expect(wanted.routing).to.equal('least-requests');
    expect(wanted.warnings.join()).to.match(/eco needs predictions/);
  });

  it('refuses a fit of another deployment, of another size, and of other instances', async () => {
    const refused = async (name: string, change: Record<string, unknown>) =>
      (await ourError(resolved({ fitted: FITTED, cluster: files.cluster(name, {}, (document) => Object.assign(document, change)) })))
        .message;
    expect(await refused('other-gpu', { gpu: 'h100-sxm5-80gb' })).to.match(/is of a100-sxm4-80gb, cluster .* has h100-sxm5-80gb/);
    expect(await refused('other-ids', {})).to.match(/knows no instance "e0"/);
  });

  it('refuses clocks that nobody would lock', async () => {
    expect((await ourError(resolved({ clocks: '1005' }))).message).to.match(/--clocks 1005 is for governor fixed/);
    expect((await resolved({ clocks: '1005', governor: 'fixed' })).fixedMhz).to.deep.equal({ prefill: 1005, decode: 1005 });
    expect((await ourError(resolved({ governor: 'fixed' }))).message).to.match(/needs a clock/);
    expect((await ourError(resolved({ governor: 'fixed-best' }))).message).to.match(/only a simulation can/);
  });
});
