import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { expect } from 'chai';
import type { LiveReport } from '../../../src/domain/live-report.ts';
import type { AuditEntry } from '../../../src/domain/live-tuning.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import type { TuningOrder, TuningView } from '../../../src/domain/tuning-orders.ts';
import { killTree, RUN, saidBy, startGroup, type StartedDemo } from '../../fixtures/demo.ts';
import { isAlive, until } from '../../fixtures/programs.ts';
import { servedFolder, startServe, streamOne, type ServedCluster } from '../../fixtures/served.ts';

const HIGHEST = 1410;

/** A real gateway of two processes over four emulated engines, and whoever tunes it live. */
describe('voltana tune --live', function () {
  this.timeout(120_000);
  const files = servedFolder();
  const runsDir = process.env['VOLTANA_RUNS_DIR'];
  let served: ServedCluster;

  before(async () => {
    process.env['VOLTANA_RUNS_DIR'] = files.at('runs');
    const cluster = files.cluster('tuned', {}, (document) => Object.assign(document['gateway'] as object, { processes: 2 }));
    served = await startServe(['--cluster', cluster, '--governor', 'fixed', '--clocks', '1005:1200']);
  });
  after(() => {
    killTree(served.pid);
    if (runsDir === undefined) delete process.env['VOLTANA_RUNS_DIR'];
    else process.env['VOLTANA_RUNS_DIR'] = runsDir;
    files.remove();
  });

  const at = (path: string): string => `${served.url}${path}`;
  const view = async (): Promise<TuningView> => (await (await fetch(at('/voltana/tuning'))).json()) as TuningView;
  const post = (body: string, headers: Record<string, string> = { 'content-type': 'application/json' }): Promise<Response> =>
    fetch(at('/voltana/tuning'), { method: 'POST', body, headers });
  const order = async (wanted: TuningOrder): Promise<TuningView> => (await (await post(JSON.stringify(wanted))).json()) as TuningView;
  const clocks = async (): Promise<(number | null)[]> => {
    const { instances } = (await (await fetch(at('/voltana/snapshot'))).json()) as Snapshot;
    return instances.map(({ askedMhz }) => askedMhz);
  };
  const eventually = async (what: string, holds: () => Promise<boolean>): Promise<void> => {
    let held = false;
    let over = false;
    const looking = (async () => {
      while (!held && !over) held = await holds();
    })();
    await until(what, () => held, 20_000).finally(() => (over = true));
    await looking;
  };
  const allAt = (what: string, wanted: readonly number[]): Promise<void> =>
    eventually(what, async () => JSON.stringify(await clocks()) === JSON.stringify(wanted));
  const stageIs = (stage: string): Promise<void> => eventually(`stage ${stage}`, async () => (await view()).stage === stage);
  const tune = (...args: string[]): StartedDemo => startGroup(process.execPath, [RUN, 'tune', ...args, '--url', served.url]);
  const OWN = [1005, 1005, 1200, 1200];
  const TOP = [HIGHEST, HIGHEST, HIGHEST, HIGHEST];

  it('tells how it stands, whichever process is asked, and takes no orders from web pages or in another form', async () => {
    await allAt('governed', OWN);
    expect(await view()).to.include({ kind: 'live-tuning', stage: 'off' });
    const refusals: readonly (readonly [Response, number])[] = [
      [await post('{"action":"kill"}', { 'content-type': 'text/plain' }), 415],
      [await post('{"action":"kill"}', { 'content-type': 'application/json', origin: 'http://evil.example' }), 403],
      [await post('{"action":"explode"}'), 400],
      [await post('{"action":"start","sloTarget":7}'), 400],
      [await post('{"action":"kill","pace":"quick"}'), 400],
      [await post('{'), 400],
      [await fetch(at('/voltana/tuning'), { method: 'DELETE' }), 405],
    ];
    for (const [response, status] of refusals) {
      expect(response.status).to.equal(status);
      await response.body?.cancel();
    }
    expect((await view()).stage).to.equal('off');
  });

  it('killed by command, by a file and by SIGUSR2: the highest clock each time, until resumed; what is under way ends as it should', async () => {
    let begun = 0;
    const under = Array.from({ length: 8 }, () => streamOne(served.url, 60, () => (begun += 1)));
    await until('tokens flow', () => begun > 8, 20_000);
    expect((await order({ action: 'start', pace: 'quick', sloTarget: 0.9 })).stage).to.equal('shadow');
    await allAt('shadow at the highest clock', TOP);
    const { pid, killFiles, auditFile } = await view();
    const killing = tune('--kill', '--json');
    expect(await killing.ended).to.equal(0);
    expect(JSON.parse(killing.stdout())).to.include({ stage: 'killed' });
    await order({ action: 'resume', reason: 'first' });
    await stageIs('shadow');
    writeFileSync(killFiles[0]!, '');
    await stageIs('killed');
    expect((await post('{"action":"resume"}')).status, 'the file is still there').to.equal(400);
    rmSync(killFiles[0]!);
    await eventually('resumed', async () => (await post('{"action":"resume"}')).status === 200);
    expect(isAlive(pid)).to.equal(true);
    process.kill(pid, 'SIGUSR2');
    await stageIs('killed');
    await allAt('killed at the highest clock', TOP);
    expect((await order({ action: 'stop' })).stage, 'a stop is no resumption').to.equal('killed');
    await order({ action: 'resume', reason: 'last' });
    expect((await order({ action: 'stop' })).stage).to.equal('off');
    await allAt('governed again', OWN);
    for (const answer of await Promise.all(under)) expect(answer).to.deep.include({ tokens: 60, done: true, error: null });
    const kinds = (): string[] =>
      readFileSync(auditFile!, 'utf8')
        .trim()
        .split('\n')
        .map((line) => (JSON.parse(line) as AuditEntry).event);
    await until('all is written down', () => existsSync(auditFile!) && kinds().at(-1) === 'end');
    expect(kinds().filter((kind) => ['kill', 'resume', 'end'].includes(kind))).to.deep.equal([
      ...['kill', 'resume', 'kill', 'resume', 'kill', 'resume'],
      'end',
    ]);
  });

  it('follows a gateway, tells it what energy costs, and puts it back at its end with what it saw and how to prove it', async () => {
    const price = files.at('price.json');
    writeFileSync(price, '{"price": 0.3}');
    const tuning = tune('--live', '--pace', 'quick', '--slo-target', '0.9', '--signal', price, '--json');
    await saidBy(tuning, 'shadow: decides and sets nothing');
    const metrics = await (await fetch(at('/metrics'))).text();
    expect(metrics).to.include('voltana_tuning_stage{stage="shadow"} 1').and.include('voltana_tuning_thrift 1');
    expect(await streamOne(served.url, 5)).to.include({ tokens: 5, done: true });
    process.kill(tuning.pid, 'SIGINT');
    expect(await tuning.ended).to.equal(130);
    const report = JSON.parse(tuning.stdout()) as LiveReport;
    expect(report).to.include({ kind: 'live-tuning-report', stage: 'shadow', savedPct: null, month: null });
    expect(report.audit.map(({ event }) => event)).to.include('stage');
    expect(report.proof.join('\n')).to.include('--ab max').and.include('governor=fixed');
    expect((await view()).stage).to.equal('off');
    await allAt('governed again', OWN);
  });

  it('an engine that stands still for a while: its domain at the highest clock, with the fault in the log, and no request lost', async () => {
    await order({ action: 'start', pace: 'quick', sloTarget: 0.9 });
    let begun = 0;
    const under = Array.from({ length: 8 }, () => streamOne(served.url, 60, () => (begun += 1)));
    await until('tokens flow', () => begun > 8, 20_000);
    const victim = served.engines().sort((a, b) => a - b)[3]!;
    process.kill(victim, 'SIGSTOP');
    let seen = await view();
    const fault = (): AuditEntry | undefined => seen.audit.find(({ event }) => event === 'fault');
    await eventually('it is seen', async () => {
      seen = await view();
      return fault() !== undefined;
    }).finally(() => process.kill(victim, 'SIGCONT'));
    expect(seen.treatments[String(fault()!.figures['domain'])]).to.equal('control');
    for (const answer of await Promise.all(under)) expect(answer).to.deep.include({ tokens: 60, done: true, error: null });
    expect((await order({ action: 'stop' })).stage).to.equal('off');
  });

  it('the gateway goes away while somebody follows: exit code 5, and it says so', async () => {
    const tuning = tune('--live', '--pace', 'quick', '--slo-target', '0.9');
    await saidBy(tuning, 'shadow: decides and sets nothing');
    killTree(served.pid);
    expect(await tuning.ended).to.equal(5);
    expect(tuning.stderr()).to.include('does not answer');
  });

  it('serves a cluster and tunes it, until its time is up', async () => {
    const cluster = files.cluster('short');
    const tuning = startGroup(process.execPath, [
      ...[RUN, 'tune', '--live', '--cluster', cluster, '--pace', 'quick', '--slo-target', '0.9', '--duration', '1', '--json'],
    ]);
    expect(await tuning.ended, tuning.stderr()).to.equal(0);
    const report = JSON.parse(tuning.stdout()) as LiveReport;
    expect(report).to.include({ kind: 'live-tuning-report', stage: 'shadow' });
    expect(report.proof[0]).to.include(cluster).and.include('--ab max slo');
    expect(readFileSync(report.auditFile!, 'utf8')).to.include('the gateway ends');
  });
});
