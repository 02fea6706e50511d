import { expect } from 'chai';
import { readFileSync } from 'node:fs';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { allGone, killTree, saidBy, treeOf } from '../../fixtures/demo.ts';
import { isAlive, until } from '../../fixtures/programs.ts';
import { servedFolder, startServe, streamOne, type Answer, type ServedCluster } from '../../fixtures/served.ts';

const REQUESTS = 60;
const TOKENS = 8;

const runs = (pid: number, script: RegExp): boolean => {
  try {
    return script.test(readFileSync(`/proc/${pid}/cmdline`, 'utf8'));
  } catch {
    return false;
  }
};
const workersOf = ({ pid }: ServedCluster): number[] =>
  treeOf(pid).filter((one) => runs(one, /processes\/gateway-worker\./) && isAlive(one));
const controlOf = ({ pid }: ServedCluster): number => treeOf(pid).find((one) => runs(one, /processes\/gateway\./))!;
const cpuOf = (pid: number): number => {
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]!.split(' ');
  return Number(fields[11]) + Number(fields[12]);
};

const get = async (url: string): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();
const snapshotOf = async ({ url }: ServedCluster): Promise<Snapshot> => JSON.parse(await get(`${url}/voltana/snapshot`)) as Snapshot;
const whole = { status: 200, tokens: TOKENS, done: true, error: null };

describe('voltana serve with several gateway processes', function () {
  this.timeout(90_000);
  const files = servedFolder();
  const twoWorkers = (name: string, more: Record<string, unknown> = {}): string =>
    files.cluster(name, {}, (document) => (document['gateway'] = { host: '127.0.0.1', processes: 2, ...more }));
  let served: ServedCluster;
  afterEach(() => killTree(served.pid));
  after(() => files.remove());

  it('counts every request of a load once, whichever process took it, and the record has them all', async () => {
    served = await startServe(['--cluster', twoWorkers('count'), '--json']);
    expect(workersOf(served)).to.have.length(2);
    const before = workersOf(served).map(cpuOf);
    const answers = await Promise.all(Array.from({ length: REQUESTS }, () => streamOne(served.url, TOKENS)));
    expect(answers).to.deep.equal(Array(REQUESTS).fill(whole));
    const bad = await fetch(`${served.url}/v1/completions`, { method: 'POST', body: '{' });
    expect(bad.status).to.equal(400);
    const used = workersOf(served).map((pid, i) => cpuOf(pid) - before[i]!);
    expect(Math.min(...used), 'both worked').to.be.above(0);

    // Asked often: every worker gets to answer, and all answer alike.
    const counts = async (): Promise<{ completed: number; inFlight: number }[]> =>
      Promise.all(Array.from({ length: 8 }, async () => (await snapshotOf(served)).requests));
    for (const one of await counts()) expect(one).to.include({ completed: REQUESTS, inFlight: 0, failed: 0 });
    for (const text of await Promise.all(Array.from({ length: 8 }, () => get(`${served.url}/metrics`)))) {
      expect(text).to.match(new RegExp(`voltana_requests_total\\{[^}]*outcome="completed"\\} ${REQUESTS}\\b`));
      expect(text).to.match(/voltana_requests_rejected_total\{[^}]*400[^}]*\} 1\b/);
    }
    const events = await fetch(`${served.url}/voltana/events`);
    expect(events.headers.get('content-type')).to.equal('text/event-stream');
    const reader = events.body!.getReader();
    expect(Buffer.from((await reader.read()).value!).toString()).to.include('retry:');
    await reader.cancel();

    const pids = treeOf(served.pid);
    process.kill(-served.pid, 'SIGINT');
    expect(await served.ended).to.equal(130);
    await allGone(pids);
    const record = JSON.parse(served.stdout()) as RunRecord;
    expect(record.requests).to.deep.include({ offered: REQUESTS, completed: REQUESTS, failed: 0 });
    expect(record.energyJ!.total).to.be.above(0);
  });

  it('a worker killed under load: its requests fail and are counted so, the others go on, another one takes its place', async () => {
    served = await startServe(['--cluster', twoWorkers('kill')]);
    const [victim, other] = workersOf(served);
    let begun = 0;
    const cut = (error: unknown): Answer => ({ status: 0, tokens: 0, done: false, error: String(error) });
    const under = Array.from({ length: REQUESTS }, () => streamOne(served.url, 80, () => (begun += 1)).catch(cut));
    await until('tokens flow', () => begun > 20, 30_000);
    process.kill(victim!, 'SIGKILL');
    await until('another one takes its place', () => workersOf(served).some((pid) => pid !== other && pid !== victim), 30_000);
    const answers = await Promise.all(under);
    const lost = answers.filter(({ done }) => !done).length;
    expect(lost).to.be.within(1, REQUESTS - 1);
    const { requests, warnings } = await snapshotOf(served);
    expect(requests).to.include({ inFlight: 0, failed: lost, completed: REQUESTS - lost });
    expect(warnings.join()).to.include('SIGKILL').and.include(`${lost} requests`);
    const late = await Promise.all(Array.from({ length: REQUESTS }, () => streamOne(served.url, TOKENS)));
    expect(late).to.deep.equal(Array(REQUESTS).fill(whole));
    expect(await get(`${served.url}/metrics`)).to.match(new RegExp(`voltana_requests_total\\{[^}]*outcome="failed"\\} ${lost}\\b`));
  });

  it('all workers killed at once come back on the same port', async () => {
    served = await startServe(['--cluster', twoWorkers('all')]);
    const before = workersOf(served);
    for (const pid of before) process.kill(pid, 'SIGKILL');
    let up = false;
    await until(
      'served again',
      () => {
        void get(`${served.url}/health`).then(
          () => (up = true),
          () => undefined,
        );
        return up && workersOf(served).filter((pid) => !before.includes(pid)).length === 2;
      },
      30_000,
    );
    expect(await streamOne(served.url, TOKENS)).to.deep.equal(whole);
  });

  it('the control process is killed: workers end with it, and so does all else', async () => {
    served = await startServe(['--cluster', twoWorkers('control')]);
    const pids = treeOf(served.pid);
    const workers = workersOf(served);
    process.kill(controlOf(served), 'SIGKILL');
    await allGone(workers);
    expect(await served.ended).to.equal(5);
    await allGone(pids);
  });

  it('voltana itself is killed: no worker is left', async () => {
    served = await startServe(['--cluster', twoWorkers('parent')]);
    const pids = treeOf(served.pid);
    expect(pids.filter(isAlive)).to.have.length(8);
    process.kill(served.pid, 'SIGKILL');
    await allGone(pids);
  });

  it('a drain ends what every worker does, and takes nothing new; together they take as many requests as one would', async () => {
    served = await startServe(['--cluster', twoWorkers('drain', { maxInFlight: 5 })]);
    const running: Promise<Answer>[] = [];
    let begun = 0;
    // Connections go where the kernel says: asked until every place is taken.
    let refused = 0;
    while (begun < 5 && running.length < 200) {
      const answer = streamOne(served.url, 200, () => undefined);
      running.push(answer);
      const status = await Promise.race([answer.then(({ status }) => status), new Promise((resolve) => setTimeout(resolve, 300, 0))]);
      if (status === 429) refused += 1;
      else begun += 1;
    }
    expect(begun).to.equal(5);
    expect((await Promise.all([streamOne(served.url, 1), streamOne(served.url, 1)])).map(({ status }) => status)).to.deep.equal([429, 429]);
    process.kill(-served.pid, 'SIGINT');
    await saidBy(served, 'draining');
    const answers = (await Promise.all(running)).filter(({ status }) => status === 200);
    expect(answers).to.deep.equal(Array(5).fill({ ...whole, tokens: 200 }));
    expect(await served.ended).to.equal(130);
    expect(served.stdout()).to.include('5 offered: 5 completed');
    expect(refused).to.be.below(195);
  });
});
