import { writeFileSync } from 'node:fs';
import { expect } from 'chai';
import { freePort } from '../../../src/adapters/host/ports.ts';
import type { EnergyMap } from '../../../src/domain/energy-map.ts';
import type { Snapshot } from '../../../src/domain/snapshot.ts';
import { killTree, RUN, saidBy, startGroup, type StartedDemo } from '../../fixtures/demo.ts';
import { scriptedGateway } from '../../fixtures/gateway/scripted-gateway.ts';
import { isAlive, until } from '../../fixtures/programs.ts';
import { servedFolder, startServe, streamOne, type ServedCluster } from '../../fixtures/served.ts';
import { openTerminal, skipWithoutTerminal } from '../../fixtures/tmux.ts';

const watch = (...args: string[]): StartedDemo => startGroup(process.execPath, [RUN, 'watch', ...args]);

/** A command that ends by itself. */
const ran = async (...args: string[]): Promise<{ code: unknown; stdout: string; stderr: string }> => {
  const started = watch(...args);
  const code = await started.ended;
  return { code, stdout: started.stdout(), stderr: started.stderr() };
};

/** A real gateway of two processes over emulated engines, and whoever looks at it. */
describe('voltana watch', function () {
  this.timeout(120_000);
  const files = servedFolder();
  let served: ServedCluster;
  let serveAgain: () => Promise<void>;

  before(async () => {
    const port = String(await freePort('127.0.0.1'));
    const cluster = files.cluster('watched', {}, (document) => Object.assign(document['gateway'] as object, { processes: 2 }));
    serveAgain = async () => {
      served = await startServe(['--cluster', cluster, '--gateway-port', port]);
    };
    await serveAgain();
  });
  after(() => {
    killTree(served.pid);
    files.remove();
  });

  it('the gateway shows decisions, latencies, KV room, what it serves, and energy maps, whichever process is asked', async () => {
    const answer = await streamOne(served.url, 20);
    expect(answer).to.include({ status: 200, done: true });
    const shown = (await (await fetch(`${served.url}/voltana/snapshot`)).json()) as Snapshot;
    expect(shown.cluster).to.include({ model: 'llama-3.1-8b' });
    expect(shown.decisions).to.have.length.within(0, 8);
    expect(shown.decisions!.at(-1) ?? null).to.deep.equal(shown.lastDecision);
    const total = (counts: readonly number[]): number => counts.reduce((sum, count) => sum + count, 0);
    expect(total(shown.histograms!.ttftMs.counts)).to.equal(1);
    expect(total(shown.histograms!.itlMs.counts)).to.be.within(1, 19);
    for (const { role, kvCapacityTokens } of shown.instances) {
      if (role === 'prefill') expect(kvCapacityTokens).to.equal(null);
      else expect(kvCapacityTokens).to.be.above(10_000);
    }
    const maps = (await (await fetch(`${served.url}/voltana/energy-map`)).json()) as EnergyMap[];
    expect(maps.map(({ role }) => role)).to.deep.equal(['prefill', 'decode']);
    expect(maps[1]!.joulesPerToken.flat().some((joules) => joules !== null && joules > 0)).to.equal(true);
    expect(maps[1]!.clocksMhz[0]).to.be.at.least(690);
  });

  it('--once: one snapshot as text, or as the document that the gateway gave', async () => {
    const [text, json] = await Promise.all([ran(served.url, '--once'), ran(`${served.url}/v1`, '--once', '--json')]);
    expect(text.code).to.equal(0);
    expect(text.stdout)
      .to.match(/governor slo, routing eco/)
      .and.to.match(/^e0 +prefill +up/m);
    expect(json.code).to.equal(0);
    expect(JSON.parse(json.stdout)).to.include({ kind: 'snapshot', mode: 'emulated' });
  });

  it('no gateway: says what to do, with exit code 3 or 2', async () => {
    const stranger = await scriptedGateway();
    try {
      stranger.answer(200, '<html>hello</html>');
      const [nobody, other, keyless, nonsense] = await Promise.all([
        ran(`http://127.0.0.1:${await freePort('127.0.0.1')}`),
        ran(stranger.url, '--once'),
        ran('http://name:secret@127.0.0.1:1', '--once'),
        ran('gpu1'),
      ]);
      expect(nobody).to.include({ code: 3, stdout: '' });
      expect(nobody.stderr).to.include('no gateway answers').and.to.include('voltana serve');
      expect(other).to.include({ code: 2, stdout: '' });
      expect(other.stderr).to.include('is no voltana gateway').and.to.include('voltana serve');
      expect(keyless.code).to.equal(2);
      expect(keyless.stderr).to.not.include('secret');
      expect(nonsense).to.include({ code: 2 });
    } finally {
      await stranger.vanish();
    }
  });

  it('a gateway of another version: shown as far as it tells, its key is sent, garbage and silence for a while end nothing', async () => {
    const other = await scriptedGateway();
    const keyFile = files.at('key');
    writeFileSync(keyFile, 'the-key\n');
    other.answer(200, JSON.stringify({ kind: 'snapshot', instances: [{ id: 'old', role: 'decode', requests: 3 }], warnings: [] }));
    const watching = watch(other.url, '--api-key-file', keyFile);
    try {
      await saidBy(watching, '- under way');
      other.answer(200, 'garbage');
      await saidBy(watching, 'is no voltana gateway');
      other.hang();
      const asked = other.asked.length;
      await until('it asks again, and waits', () => other.asked.length > asked);
      other.answer(200, JSON.stringify({ kind: 'snapshot', instances: [{ id: 'old', role: 'decode', health: 'down' }] }));
      await saidBy(watching, 'answers again');
      await saidBy(watching, 'old: gets no more requests');
      watching.child.kill('SIGINT');
      expect(await watching.ended).to.equal(130);
      expect(watching.stdout() + watching.stderr()).to.not.include('\u001b');
      expect(new Set(other.keys)).to.deep.equal(new Set(['Bearer the-key']));
    } finally {
      killTree(watching.pid);
      await other.vanish();
    }
  });

  it('in a pipe: a line for what matters; a gateway that is killed and comes back is said; --json prints the last snapshot at the end', async () => {
    const watching = watch(served.url, '--json');
    try {
      await saidBy(watching, '2 prefill, 2 decode; governor slo, routing eco');
      killTree(served.pid);
      await saidBy(watching, 'no gateway answers');
      await serveAgain();
      await saidBy(watching, 'the gateway answers again after');
      watching.child.kill('SIGINT');
      expect(await watching.ended).to.equal(130);
      expect(JSON.parse(watching.stdout())).to.include({ kind: 'snapshot' });
      expect(isAlive(served.pid), 'the gateway is left alone').to.equal(true);
    } finally {
      killTree(watching.pid);
    }
  });
});

describe('voltana watch on a real terminal', function () {
  this.timeout(120_000);
  before(skipWithoutTerminal);

  it('shows the screen, says how old it is while nobody answers, goes on, and Ctrl-C ends it with 130', async () => {
    const row = { id: 'd0', role: 'decode', askedMhz: 1005, appliedMhz: 1005, requests: 3, tokens: 100, latency: {} };
    const body = (governor: string): string =>
      JSON.stringify({
        kind: 'snapshot',
        governor,
        routing: 'eco',
        slo: { ttftMs: 1000, itlMs: 50 },
        instances: [row],
        requests: {},
        warnings: [],
      });
    let gateway = await scriptedGateway();
    gateway.answer(200, body('slo'));
    const terminal = openTerminal(120, 40, [process.execPath, RUN, 'watch', gateway.url]);
    try {
      await terminal.shows('governor slo, routing eco');
      await terminal.shows(/d0 +1005 +1005/);
      await gateway.vanish();
      await terminal.shows(/what is shown is \d+ s old/);
      gateway = await scriptedGateway(gateway.port);
      gateway.answer(200, body('mpc'));
      await terminal.shows('governor mpc, routing eco');
      expect(terminal.text()).to.not.include('s old');
      terminal.keys('C-c');
      await terminal.shows('EXIT 130');
      expect(terminal.modes()).to.deep.equal({ cursor: true, wrap: true });
    } finally {
      terminal.close();
      await gateway.vanish();
    }
  });
});
