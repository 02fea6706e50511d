import { readFileSync, rmSync } from 'node:fs';
import { expect } from 'chai';
import { readCommandLine } from '../../../src/adapters/host/process-table.ts';
import { benchFolder, outcomesIn, recordOf } from '../../fixtures/benchmarking/bench-cli.ts';
import { startEndpoint } from '../../fixtures/benchmarking/streaming-endpoint.ts';
import { allGone, killTree, saidBy, treeOf, type StartedDemo } from '../../fixtures/demo.ts';
import { until } from '../../fixtures/programs.ts';
import { validator } from '../../fixtures/schemas.ts';

const REQUESTS = 40;
const CANCELLED = 3;
const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const ascending = (ids: readonly string[]): readonly string[] => [...ids].sort();
const idsOf = (count: number): string[] =>
  ascending(Array.from({ length: count }, (_, i) => `r${String(i + 1).padStart(6, '0')}`)) as string[];

/** Whatever ends a bench in its middle: what was measured is kept, what was started is gone. */
describe('a bench that is cut short', function () {
  this.timeout(60_000);
  const files = benchFolder();
  let started: StartedDemo;
  let load: string[];
  before(() => (load = ['--trace', files.trace('steady.csv', REQUESTS, 40, 8), '--warm-up', '0']));
  afterEach(() => killTree(started.pid));
  after(() => files.remove());

  const newest = (): string => files.runs().at(-1)!;
  const underWay = async (): Promise<void> => {
    await saidBy(started, 'measuring');
    await until('answers are written down', () => outcomesIn(files.kept(newest(), 'journal.jsonl')).length >= 5);
  };
  const instances = (): number[] => treeOf(started.pid).filter((pid) => /processes\/emulated-instance/.test(readCommandLine(pid)));

  it('130: Ctrl-C keeps what was measured, --resume goes on, and every request has ended once', async () => {
    const output = files.at('cut.json');
    // A closed loop, so that nothing of it can be late.
    started = files.start([...files.small.slice(0, 2), ...load, '--concurrency', '4', '--json', '--output', output]);
    await underWay();
    const pids = treeOf(started.pid);
    process.kill(-started.pid, 'SIGINT');
    const cut = await files.endOf(started);
    expect(cut.exit, cut.stderr).to.equal(130);
    await allGone(pids);
    expect(readFileSync(output, 'utf8')).to.equal(cut.stdout);
    const part = recordOf(cut);
    expect(validator('run')(part), JSON.stringify(validator('run').errors)).to.equal(true);
    expect(part.validity).to.deep.include({ verdict: 'invalid' });
    expect(part.validity.reasons[0]).to.equal('It was interrupted');
    expect(part.energyJ!.total, 'of what was measured').to.be.above(0);
    expect(part.requests.completed).to.be.within(5, REQUESTS - 1);
    const run = newest();
    expect(cut.stderr).to.include(`voltana bench --resume ${run}`);

    const rest = await files.bench(['--resume', run, '--json']);
    expect(rest.exit, rest.stderr).to.equal(0);
    const whole = recordOf(rest);
    expect(whole.requests).to.include({ offered: REQUESTS, failed: 0 });
    expect(whole.requests.completed).to.equal(REQUESTS - whole.requests.cancelled);
    expect(whole.bench!).to.include({ resumed: 1 });
    expect(whole.validity.verdict, whole.validity.reasons.join()).to.equal('unstable');
    expect(whole.energyJ!.total).to.be.above(part.energyJ!.total);
    expect(ascending(outcomesIn(files.kept(run, 'journal.jsonl')).map(({ id }) => id))).to.deep.equal(idsOf(REQUESTS));
    expect(JSON.parse(files.kept(run, 'run.json'))).to.deep.equal(whole);
    const again = await files.bench(['--resume', run]);
    expect(again).to.include({ exit: 2, stdout: '' });
    expect(again.stderr).to.match(/is done/);
  });

  it('5: an engine that dies in the middle, the record with what was measured before', async () => {
    started = files.start([...files.small.slice(0, 2), ...load, '--json']);
    await underWay();
    const pids = treeOf(started.pid);
    process.kill(instances()[0]!, 'SIGKILL');
    const ended = await files.endOf(started);
    expect(ended.exit, ended.stderr).to.equal(5);
    await allGone(pids);
    const record = recordOf(ended);
    expect(record.requests.completed).to.be.above(0);
    expect(record.validity.reasons[0]).to.match(/^It could not go on: instance \w+ was ended by SIGKILL$/);
    expect(ended.stderr).to.match(/error: instance \w+ was ended by SIGKILL/);
  });

  it('5: an endpoint of others that dies in the middle, found by its answers', async () => {
    const { server } = await startEndpoint();
    started = files.start(['--url', server.url, ...load, '--json']);
    await underWay();
    await server.close();
    const ended = await files.endOf(started);
    expect(ended.exit, ended.stderr).to.equal(5);
    const { requests, validity } = recordOf(ended);
    expect(requests.completed).to.be.above(0);
    expect(requests.offered, 'the load ends then').to.be.below(REQUESTS);
    expect(validity.reasons[0]).to.match(/^It could not go on: .*ECONNREFUSED/);
  });

  it('143: ended while it warms up, with a record that says that nothing was measured', async () => {
    const { server } = await startEndpoint();
    started = files.start(['--url', server.url, '--rate', '5', '--duration', '20', '--warm-up', '10', '--json']);
    await saidBy(started, 'warming up');
    process.kill(started.pid, 'SIGTERM');
    const ended = await files.endOf(started);
    await server.close();
    expect(ended.exit, ended.stderr).to.equal(143);
    const record = recordOf(ended);
    expect(validator('run')(record), JSON.stringify(validator('run').errors)).to.equal(true);
    expect(record).to.deep.include({ energyJ: null, outputTokens: 0, measuredS: 0 });
    expect(record.requests.offered).to.equal(0);
    expect(record.validity.verdict).to.equal('invalid');
  });

  it('kill -9 loses nothing but the last second; --resume sends the rest', async () => {
    const { server } = await startEndpoint();
    started = files.start(['--url', server.url, ...load, '--json']);
    await underWay();
    process.kill(started.pid, 'SIGKILL');
    await started.ended;
    const run = newest();
    const before = outcomesIn(files.kept(run, 'journal.jsonl')).length;
    const rest = await files.bench(['--resume', run, '--json']);
    await server.close();
    const { requests, bench, validity } = recordOf(rest);
    // A machine that is busy may make it late; nothing else may be wrong with it.
    expect(validity.reasons.filter((reason) => !/^(The client sent|No steady state|It was taken up)/.test(reason))).to.deep.equal([]);
    expect(rest.exit, rest.stderr).to.equal(validity.verdict === 'invalid' ? 6 : 0);
    expect(requests).to.include({ offered: REQUESTS });
    expect(requests.completed).to.be.at.least(before);
    const ids = outcomesIn(files.kept(run, 'journal.jsonl'));
    expect(ascending(ids.map(({ id }) => id))).to.deep.equal(idsOf(REQUESTS));
    expect(ids.filter(({ status }) => status === CANCELLED).length).to.equal(requests.cancelled);
    expect(bench!.client.cpuS, 'nobody knows what the first process took').to.equal(null);
  });

  it('a run that nobody can keep has its result, on the terminal and in its file', async () => {
    const { server } = await startEndpoint();
    const [output, folder] = [files.at('unkept.json'), files.at('lost')];
    started = files.start(['--url', server.url, ...load, '--json', '--output', output], { VOLTANA_RUNS_DIR: folder });
    await saidBy(started, 'measuring');
    rmSync(folder, { recursive: true });
    const ended = await files.endOf(started);
    await server.close();
    const { validity, requests } = recordOf(ended);
    expect(ended.exit, ended.stderr).to.equal(validity.verdict === 'invalid' ? 6 : 0);
    expect(requests.completed).to.equal(REQUESTS);
    expect(readFileSync(output, 'utf8')).to.equal(ended.stdout);
    expect(ended.stderr).to.match(/The result of this run \(\S+-bench-\S+\) is not kept among the recorded runs: Cannot write /);
  });

  it('6: a client that was stopped for a second did not keep its schedule', async () => {
    const { server } = await startEndpoint();
    started = files.start(['--url', server.url, ...load, '--json']);
    await underWay();
    process.kill(started.pid, 'SIGSTOP');
    await pause(1000);
    process.kill(started.pid, 'SIGCONT');
    const ended = await files.endOf(started);
    await server.close();
    expect(ended.exit, ended.stderr).to.equal(6);
    const { requests, validity } = recordOf(ended);
    expect(requests.completed).to.equal(REQUESTS);
    expect(validity.reasons[0]).to.match(/^The client sent \d+ of 40 requests more than 25 ms late/);
    expect(JSON.parse(files.kept(newest(), 'run.json'))).to.deep.equal(recordOf(ended));
  });
});
