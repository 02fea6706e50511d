import { readFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import { expect } from 'chai';
import type { RunRecord } from '../../../src/domain/run-record.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { allGone, killTree, saidBy, treeOf } from '../../fixtures/demo.ts';
import { isAlive, until } from '../../fixtures/programs.ts';
import { servedFolder, startServe, streamOne, type Answer, type ServedCluster } from '../../fixtures/served.ts';

const REQUESTS = 40;
const WHOLES = 20;
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

/** On a connection of its own, so that any worker may take it. */
const get = async (url: string): Promise<string> => (await fetch(url, { headers: { connection: 'close' } })).text();
const snapshotOf = async ({ url }: ServedCluster): Promise<Snapshot> => JSON.parse(await get(`${url}/voltana/snapshot`)) as Snapshot;
const expectedAnswer = { status: 200, tokens: TOKENS, done: true, error: null };
const times = <T>(count: number, act: () => Promise<T>): Promise<T[]> => Promise.all(Array.from({ length: count }, act));

/** Which process took a request: its id begins with a name that each draws for itself. */
const takerOf = async ({ url }: ServedCluster): Promise<string> => {
  const body = JSON.stringify({ prompt: 'a b c', max_tokens: 2, ignore_eos: true });
  const headers = { 'content-type': 'application/json', connection: 'close' };
  const answer = await fetch(`${url}/v1/completions`, { method: 'POST', headers, body });
  await answer.text();
  return answer.headers.get('x-request-id')!.replace(/-\d+$/, '');
};

/** A stream on a connection of its own: resolves at its head. */
const begin = ({ url }: ServedCluster, maxTokens: number): Promise<{ readonly statusCode: number; readonly text: Promise<string> }> =>
  new Promise((resolve, reject) => {
    const options = { method: 'POST', agent: false, headers: { 'content-type': 'application/json' } };
    const asked = httpRequest(`${url}/v1/completions`, options, (answer) => {
      let said = '';
      answer.setEncoding('utf8').on('data', (chunk: string) => (said += chunk));
      const text = new Promise<string>((ended) => answer.once('close', () => ended(said)));
      resolve({ statusCode: answer.statusCode!, text });
    });
    asked.once('error', reject).end(JSON.stringify({ prompt: 'a b c', max_tokens: maxTokens, ignore_eos: true, stream: true }));
  });

describe('voltana serve with several gateway processes', function () {
  this.timeout(90_000);
  const files = servedFolder();
  const twoWorkers = (name: string, more: Record<string, unknown> = {}): string =>
    files.cluster(name, {}, (document) => {
      document['gateway'] = { host: '127.0.0.1', processes: 2, ...more };
      document.instances = document.instances.filter((_, i) => i % 2 === 0);
    });
  let served: ServedCluster;
  afterEach(() => killTree(served.pid));
  after(() => files.remove());

  it('counts every request of a load once, whichever process took it, answers alike from all, and the record has them all', async () => {
    served = await startServe(['--cluster', twoWorkers('count'), '--json']);
    expect(workersOf(served)).to.have.length(2);
    expect(await times(REQUESTS, () => streamOne(served.url, TOKENS))).to.deep.equal(Array(REQUESTS).fill(expectedAnswer));
    expect(new Set(await times(WHOLES, () => takerOf(served))).size, 'both take requests').to.equal(2);
    const bad = await fetch(`${served.url}/v1/completions`, { method: 'POST', body: '{' });
    expect(bad.status).to.equal(400);
    const all = REQUESTS + WHOLES;
    for (const { requests } of await times(8, () => snapshotOf(served)))
      expect(requests).to.include({ completed: all, inFlight: 0, failed: 0 });
    for (const text of await times(8, () => get(`${served.url}/metrics`))) {
      expect(text).to.match(new RegExp(`voltana_requests_total\\{[^}]*outcome="completed"\\} ${all}\\b`));
      expect(text).to.match(/voltana_requests_rejected_total\{[^}]*400[^}]*\} 1\b/);
    }
    const events = await fetch(`${served.url}/voltana/events`);
    expect(events.headers.get('content-type')).to.equal('text/event-stream');
    const reader = events.body!.getReader();
    expect(Buffer.from((await reader.read()).value).toString()).to.include('retry:');
    await reader.cancel();

    const pids = treeOf(served.pid);
    process.kill(-served.pid, 'SIGINT');
    expect(await served.ended).to.equal(130);
    await allGone(pids);
    const record = JSON.parse(served.stdout()) as RunRecord;
    expect(record.requests).to.deep.include({ offered: all, completed: all, failed: 0 });
    expect(record.energyJ!.total).to.be.above(0);
  });

  it('workers killed under load: what they had is counted as failed, others go on and take their places, on the same port; none outlives the control process', async () => {
    served = await startServe(['--cluster', twoWorkers('kill')]);
    const first = workersOf(served);
    const cut = (error: unknown): Answer => ({ status: 0, tokens: 0, done: false, error: String(error) });
    const under = times(REQUESTS, () => streamOne(served.url, 100).catch(cut));
    while ((await snapshotOf(served)).requests.inFlight < REQUESTS);
    process.kill(first[0]!, 'SIGKILL');
    const lost = (await under).filter(({ done }) => !done).length;
    expect(lost).to.be.within(1, REQUESTS - 1);
    const { requests, warnings } = await snapshotOf(served);
    expect(requests).to.include({ inFlight: 0, failed: lost, completed: REQUESTS - lost });
    expect(warnings.join()).to.include('SIGKILL').and.include(`${lost} requests`);
    const replaced = (dead: readonly number[]): boolean => workersOf(served).filter((pid) => !dead.includes(pid)).length === 2;
    await until('another one takes its place', () => replaced([first[0]!]), 30_000);
    expect(workersOf(served)).to.include(first[1]);

    const second = workersOf(served);
    for (const pid of second) process.kill(pid, 'SIGKILL');
    await until('both are replaced', () => replaced(second), 30_000);
    const deadlineMs = performance.now() + 30_000;
    while ((await get(`${served.url}/health`).catch(() => '')) === '') expect(performance.now()).to.be.below(deadlineMs);
    expect(await streamOne(served.url, TOKENS)).to.deep.equal(expectedAnswer);

    const pids = treeOf(served.pid);
    process.kill(controlOf(served), 'SIGKILL');
    expect(await served.ended).to.equal(5);
    await allGone(pids);
  });

  it('voltana itself is killed: no worker is left', async () => {
    served = await startServe(['--cluster', twoWorkers('parent')]);
    const pids = treeOf(served.pid);
    expect(pids.filter(isAlive), 'itself, two engines, control and two workers').to.have.length(6);
    process.kill(served.pid, 'SIGKILL');
    await allGone(pids);
  });

  it('together they take as many requests as one would; a drain ends what every worker does, and takes nothing new', async () => {
    const most = 5;
    served = await startServe(['--cluster', twoWorkers('drain', { maxInFlight: most })]);
    const running: Promise<string>[] = [];
    // Connections go where the kernel says: asked until every place is taken.
    for (let tries = 0; running.length < most; tries += 1) {
      expect(tries).to.be.below(300);
      const { statusCode, text } = await begin(served, 250);
      if (statusCode === 200) running.push(text);
      else expect(statusCode).to.equal(429);
    }
    expect((await times(6, () => begin(served, 1))).map(({ statusCode }) => statusCode)).to.deep.equal(Array(6).fill(429));
    process.kill(-served.pid, 'SIGINT');
    await saidBy(served, 'draining');
    for (const text of await Promise.all(running)) {
      expect(text.match(/"text":"[^"]/g)).to.have.length(250);
      expect(text.trimEnd().endsWith('data: [DONE]')).to.equal(true);
    }
    expect(await served.ended).to.equal(130);
    expect(served.stdout()).to.include('5 offered: 5 completed');
  });
});
