import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { killTree, saidBy, treeOf } from '../../fixtures/demo.ts';
import { startEmulation, type Emulation } from '../../fixtures/emulation-process.ts';
import { isAlive } from '../../fixtures/programs.ts';
import { servedFolder, startServe, streamOne, type ServedCluster } from '../../fixtures/served.ts';

describe('voltana serve, attached to engines that come and go', function () {
  this.timeout(120_000);
  const files = servedFolder();
  let emulation: Emulation;
  let served: ServedCluster | null = null;

  before(async () => {
    emulation = await startEmulation(files.cluster('engines'), files.at('engines.json'));
  });
  after(() => {
    emulation.stop();
    files.remove();
  });
  afterEach(() => served && killTree(served.pid));

  /** A cluster file that attaches to some of them. */
  const attached = (...ids: string[]): string =>
    files.cluster('attached', {}, (document) => {
      document['launcher'] = { kind: 'attach' };
      document.instances = emulation.engines
        .filter(({ id }) => ids.includes(id))
        .map(({ id, role, url, bootstrapPort, controlUrl }) => ({
          ...{ id, role, url, gpus: [`gpu-${id}`], controlPort: Number(new URL(controlUrl).port) },
          ...(bootstrapPort ? { bootstrapPort } : {}),
        }));
    });
  const snapshot = async (): Promise<Snapshot> => (await (await fetch(`${served!.url}/voltana/snapshot`)).json()) as Snapshot;
  const present = async (): Promise<string[]> => (await snapshot()).instances.map(({ id }) => id).sort();
  const eventually = async (ids: string[]): Promise<void> => {
    const deadlineMs = performance.now() + 15_000;
    while (JSON.stringify(await present()) !== JSON.stringify(ids)) {
      if (performance.now() > deadlineMs) expect(await present()).to.deep.equal(ids);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  };
  const serveSome = async (): Promise<void> => {
    for (const answer of await Promise.all(Array.from({ length: 12 }, () => streamOne(served!.url, 5))))
      expect(answer).to.deep.equal({ status: 200, tokens: 5, done: true, error: null });
  };

  it('reads its cluster file again at SIGUSR2: engines join and leave under load, no request fails, and none of them is stopped', async () => {
    served = await startServe(['--cluster', attached('e0', 'e2')]);
    await serveSome();
    attached('e0', 'e1', 'e2', 'e3');
    const busy = serveSome();
    process.kill(served.pid, 'SIGUSR2');
    await saidBy(served, 'e1, e3 joined');
    await eventually(['e0', 'e1', 'e2', 'e3']);
    await busy;
    await serveSome();
    attached('e1', 'e3');
    const long = streamOne(served.url, 60);
    process.kill(served.pid, 'SIGUSR2');
    await saidBy(served, 'e0, e2 finish what they have and leave');
    await serveSome();
    expect(await long).to.deep.include({ tokens: 60, done: true });
    await eventually(['e1', 'e3']);
    await serveSome();
    expect((await snapshot()).requests).to.deep.include({ failed: 0, inFlight: 0 });
    writeFileSync(files.at('attached.yaml'), 'kind: nonsense');
    process.kill(served.pid, 'SIGUSR2');
    await saidBy(served, 'the cluster stays as it was');
    await serveSome();
    const running = treeOf(emulation.pid);
    process.kill(-served.pid, 'SIGINT');
    expect(await served.ended).to.equal(130);
    expect(running.every(isAlive), 'attached engines go on').to.equal(true);
  });
});
