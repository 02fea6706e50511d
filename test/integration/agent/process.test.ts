import { existsSync, readFileSync } from 'node:fs';
import { expect } from 'chai';
import { megahertz } from '../../../src/domain/units.ts';
import type { AuditEntry } from '../../../src/domain/custody.ts';
import { fakeNvml, needsGcc, type FakeNvml } from '../../fixtures/nvml/fake-nvml.ts';
import { agentPlace, type AgentPlace } from '../../fixtures/agent/agent-process.ts';
import { ended, output, startProgram, until } from '../../fixtures/programs.ts';
import { ourError } from '../../fixtures/rejected.ts';

describe('voltana agent', function () {
  this.timeout(60_000);
  needsGcc();
  let gpus: FakeNvml;
  let place: AgentPlace;
  beforeEach(() => {
    gpus = fakeNvml({ gpus: 2 });
    place = agentPlace({ families: ['nvml'], spreadMs: 0, leaseTtlMs: { least: 300, most: 30_000 } }, gpus.env);
  });
  afterEach(async () => {
    await place.close();
    gpus.close();
  });
  const lease = (domain: string, device: string, ttlMs = 20_000) => ({
    domain,
    devices: [device],
    holder: `gateway-${domain}`,
    ttlMs,
    identity: '',
  });

  it('lends clocks to two clients, each its own; killed while they are locked, its next start gives them back first', async () => {
    const agent = await place.start();
    const [one, other] = [place.client(), place.client()];
    const first = await one.acquire(lease('prefill', '0'));
    const second = await other.acquire(lease('decode', '1'));
    expect((await one.lock(first, megahertz(1005))).clock.lockedMhz).to.equal(1005);
    await other.lock(second, megahertz(1200));
    expect([gpus.lockedMhz(0), gpus.lockedMhz(1)]).to.deep.equal([1005, 1200]);
    expect(await ourError(one.acquire(lease('mine', '1')))).to.include({ code: 'LEASE_HELD' });
    expect(await ourError(one.lock(first, megahertz(210)))).to.include({ code: 'CLOCK_REFUSED' });

    expect(await agent.kill('SIGKILL')).to.equal('SIGKILL');
    expect([gpus.lockedMhz(0), gpus.lockedMhz(1)]).to.deep.equal([1005, 1200]);
    expect(await ourError(other.renew(second))).to.include({ code: 'NO_AGENT' });

    await place.start();
    await until('both are given back', () => gpus.lockedMhz(0) === null && gpus.lockedMhz(1) === null);
    expect(await ourError(other.renew(second))).to.include({ code: 'LEASE_LOST' });
    const again = await other.acquire(lease('decode', '1'));
    expect(again.token).to.be.above(second.token);
  });

  it('told to stop while a GPU never answers, it gives the others back and ends all the same', async () => {
    const agent = await place.start();
    const client = place.client();
    for (const device of ['0', '1']) await client.lock(await client.acquire(lease(`d${device}`, device)), megahertz(1005));
    gpus.fail(0, 'nvmlDeviceGetFieldValues', { delayMs: 600_000 });
    expect(await ourError(client.read(['0']))).to.include({ code: 'NO_AGENT' });
    expect(await agent.kill('SIGTERM')).to.be.oneOf([0, 5]);
    expect(gpus.lockedMhz(1)).to.equal(null);
  });

  it('told to stop, it gives everything back, closes its door and exits 0; interrupted, 130', async () => {
    for (const [signal, exit] of [
      ['SIGTERM', 0],
      ['SIGINT', 130],
    ] as const) {
      const agent = await place.start();
      const client = place.client();
      await client.lock(await client.acquire(lease('decode', '0')), megahertz(1005));
      expect(gpus.lockedMhz(0)).to.equal(1005);
      expect(await agent.kill(signal)).to.equal(exit);
      expect(gpus.lockedMhz(0)).to.equal(null);
      expect(existsSync(place.address.slice('unix:'.length))).to.equal(false);
      expect(agent.seen.text).to.include('everything is given back');
      expect(gpus.openedBy()).to.deep.equal([]);
    }
    const entries = readFileSync(place.at('state/audit.jsonl'), 'utf8').trim().split('\n');
    const verbs = entries.map((line) => (JSON.parse(line) as AuditEntry).verb);
    expect(verbs).to.include.members(['start', 'acquire', 'lock', 'restore', 'stop']);
  });

  it('gives back what a killed holder had, and what a stopped one does not renew', async () => {
    await place.start();
    const holders = ['SIGKILL', 'SIGSTOP'].map((signal, gpu) => {
      const holder = startProgram('agent/holder.ts', [place.address, `domain-${gpu}`, String(gpu), '1005', '600']);
      return { holder, gpu, signal: signal as NodeJS.Signals, seen: output(holder), gone: ended(holder) };
    });
    try {
      await until('both hold', () => holders.every(({ seen }) => seen.text.includes('locked')), 20_000);
      await new Promise((resolve) => setTimeout(resolve, 800));
      expect(holders.map(({ gpu }) => gpus.lockedMhz(gpu))).to.deep.equal([1005, 1005]);
      for (const { holder, signal } of holders) holder.kill(signal);
      await until('both are given back', () => holders.every(({ gpu }) => gpus.lockedMhz(gpu) === null));
    } finally {
      for (const { holder } of holders) holder.kill('SIGKILL');
      await Promise.all(holders.map(({ gone }) => gone));
    }
  });

  it('a second agent is refused at once, also on another socket; --direct as well, until none runs', async () => {
    const agent = await place.start();
    const direct = ['clocks', 'restore', '--direct', '--config', place.config];
    const refused = await Promise.all([
      place.run('agent', '--config', place.config),
      place.run(...direct, '--agent', place.address),
      place.run(...direct, '--agent', `unix:${place.at('none')}`),
    ]);
    expect(refused.map(({ exit }) => exit)).to.deep.equal([3, 3, 3]);
    for (const [i, said] of [/another agent \(pid \d+\)/, /an agent answers at/, /another agent \(pid \d+\)/].entries())
      expect(refused[i]!.text).to.match(said);
    const client = place.client();
    await client.lock(await client.acquire(lease('decode', '0')), megahertz(1005));
    gpus.setLock(1, 300);
    await agent.kill('SIGKILL');
    const { exit, text } = await place.run(...direct, '--agent', place.address);
    expect(exit, text).to.equal(0);
    expect([gpus.lockedMhz(0), gpus.lockedMhz(1)]).to.deep.equal([null, null]);
  });

  it('shows and gives back through the command line; drained, it lends nothing until it is told to go on', async () => {
    await place.start();
    const client = place.client();
    const grant = await client.acquire(lease('decode', '0'));
    await client.lock(grant, megahertz(1005));
    const [shown, whole] = await Promise.all(
      [[], ['--json']].map((more) => place.run('clocks', 'status', '--agent', place.address, ...more)),
    );
    expect(shown!.text).to.match(/nvml:0 .*locked +decode +\d+ MHz +1005 MHz/);
    const json = JSON.parse(whole!.text) as {
      kind: string;
      devices: unknown[];
    };
    expect([json.kind, json.devices.length]).to.deep.equal(['clocks', 2]);
    expect(JSON.stringify(json)).to.not.include(grant.key);
    const restored = await place.run('clocks', 'restore', '--agent', place.address, '--gpu', '0');
    expect(restored).to.include({ exit: 0, text: `given back: ${gpus.ids[0]}\n` });
    expect(gpus.lockedMhz(0)).to.equal(null);
    expect(await place.run('clocks', 'restore', '--agent', place.address, '--drain')).to.include({ exit: 0 });
    expect(await ourError(client.acquire(lease('decode', '0')))).to.include({ code: 'DRAINING' });
    await until('the driver is free', () => gpus.openedBy().length === 0);
    expect(await place.run('clocks', 'restore', '--agent', place.address, '--resume')).to.include({ exit: 0 });
    await client.acquire(lease('decode', '0'));
  });
});
