import { expect } from 'chai';
import { allGone, killTree, saidBy, treeOf } from '../../fixtures/demo.ts';
import { isAlive, until } from '../../fixtures/programs.ts';
import { servedFolder, startServe, streamOne, type Answer, type ServedCluster } from '../../fixtures/served.ts';

const REQUESTS = 30;
/** Long enough that every engine is in the middle of some when it dies. */
const TOKENS = 60;

describe('voltana serve and what may die', function () {
  this.timeout(120_000);
  const files = servedFolder();
  let served: ServedCluster;
  afterEach(() => killTree(served.pid));
  after(() => files.remove());

  for (const [role, which] of [
    ['prefill', 0],
    ['decode', 2],
  ] as const) {
    it(`a ${role} engine killed under load: what had not begun goes elsewhere, what had gets an error, nothing hangs, the others go on`, async () => {
      served = await startServe(['--cluster', files.cluster(`kill-${role}`)]);
      const victim = served.engines().sort((a, b) => a - b)[which]!;
      let begun = 0;
      const under = Array.from({ length: REQUESTS }, () => streamOne(served.url, TOKENS, () => (begun += 1)));
      await until('tokens flow', () => begun > 20, 30_000);
      process.kill(victim, 'SIGKILL');
      const late = Array.from({ length: REQUESTS }, () => streamOne(served.url, 4));
      const answers = await Promise.all([...under, ...late]);
      const whole = ({ tokens, done, error }: Answer, wanted: number): boolean => done && error === null && tokens === wanted;
      const cut = answers.filter((answer, i) => !whole(answer, i < REQUESTS ? TOKENS : 4));
      for (const { status, tokens, error } of cut) {
        expect(status, 'a request that had not begun was lost').to.equal(200);
        expect(tokens, 'a request that had not begun was lost').to.be.above(0);
        expect(error, 'a silent cut').to.not.equal(null);
      }
      if (role === 'prefill') expect(cut, 'streams need no prefill engine any more').to.deep.equal([]);
      await saidBy(served, 'the others go on');
      expect(served.child.exitCode).to.equal(null);
      const { requests } = (await (await fetch(`${served.url}/voltana/snapshot`)).json()) as { requests: { inFlight: number } };
      expect(requests.inFlight).to.equal(0);
    });
  }

  it('the only engine of a phase dies: it ends with exit code 5, says which, and tells what was served until then', async () => {
    const cluster = files.cluster('only', {}, (document) => (document.instances = document.instances.filter((_, i) => i !== 3)));
    served = await startServe(['--cluster', cluster, '--json']);
    const pids = treeOf(served.pid);
    expect(await streamOne(served.url, 4)).to.include({ tokens: 4, done: true });
    process.kill(served.engines().sort((a, b) => a - b)[2]!, 'SIGKILL');
    expect(await served.ended).to.equal(5);
    expect(served.stderr()).to.include('e2').and.include('SIGKILL');
    expect(JSON.parse(served.stdout())).to.have.property('requests').that.includes({ offered: 1, completed: 1 });
    await allGone(pids);
  });

  it('all engines of a phase die, one after the other: it does not wait for what nobody starts anew', async () => {
    served = await startServe(['--cluster', files.cluster('phase')]);
    const [, , first, second] = served.engines().sort((a, b) => a - b);
    process.kill(first!, 'SIGKILL');
    await saidBy(served, 'the others go on');
    process.kill(second!, 'SIGKILL');
    expect(await served.ended).to.equal(5);
    expect(served.stderr()).to.include('every decode instance has been down');
  });

  it('nothing came: a record that says so', async () => {
    served = await startServe(['--cluster', files.cluster('nothing'), '--json', '--duration', '0.5']);
    expect(await served.ended).to.equal(0);
    expect(JSON.parse(served.stdout())).to.include({ kind: 'run', measuredS: 0, joulesPerRequest: null });
    expect(JSON.parse(served.stdout())).to.have.property('requests').that.includes({ offered: 0, completed: 0 });
  });

  it('voltana itself is killed: gateway and engines end, nothing is left', async () => {
    served = await startServe(['--cluster', files.cluster('orphans')]);
    const pids = treeOf(served.pid);
    expect(pids.filter(isAlive)).to.have.length(6);
    process.kill(served.pid, 'SIGKILL');
    await allGone(pids);
  });

  it('Ctrl-C lets what is under way end, and takes nothing new', async () => {
    served = await startServe(['--cluster', files.cluster('drain')]);
    let begun = 0;
    const running = streamOne(served.url, 80, () => (begun += 1));
    await until('it streams', () => begun > 5, 30_000);
    process.kill(-served.pid, 'SIGINT');
    await saidBy(served, 'draining');
    await until('it refuses', () => begun > 10, 30_000);
    const refused = await fetch(`${served.url}/health`).catch(() => null);
    if (refused !== null) expect(refused.status).to.equal(503);
    expect(await running).to.deep.include({ tokens: 80, done: true, error: null });
    expect(await served.ended).to.equal(130);
    expect(served.stdout()).to.include('1 offered: 1 completed');
  });
});
