import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { hostFacts, ownerOf } from '../../../../src/adapters/host/host-facts.ts';
import { clockSkewMs } from '../../../../src/adapters/host/http-date.ts';
import { hasProgram } from '../../../../src/adapters/host/programs.ts';
import { isGateway } from '../../../../src/adapters/gateway/is-gateway.ts';
import { fakeMachine, running } from '../../../fixtures/managers/tree.ts';

const JOURNAL = '/var/lib/voltana/journal.json';
const of = async (files: Parameters<typeof fakeMachine>[0]) => {
  const machine = fakeMachine(files);
  try {
    return await hostFacts({ root: machine.root });
  } finally {
    machine.remove();
  }
};

describe('hostFacts', () => {
  it('of a machine with two NVIDIA GPUs, one of AMD, governors, an agent and a journal', async () => {
    const held = [{ id: 'GPU-1', family: 'nvml', domain: 'd', holder: 'h', identity: 'i', before: '', since: 's' }];
    const facts = await of({
      '/sys/bus/pci/devices/0000:3b:00.0/class': '0x030200\n',
      '/sys/bus/pci/devices/0000:3b:00.0/vendor': '0x10de\n',
      '/sys/bus/pci/devices/0000:5e:00.0/class': '0x030000\n',
      '/sys/bus/pci/devices/0000:5e:00.0/vendor': '0x10de\n',
      '/sys/bus/pci/devices/0000:5e:00.1/class': '0x040300\n',
      '/sys/bus/pci/devices/0000:5e:00.1/vendor': '0x10de\n',
      '/sys/bus/pci/devices/0000:af:00.0/class': '0x030200\n',
      '/sys/bus/pci/devices/0000:af:00.0/vendor': '0x1002\n',
      '/sys/devices/system/cpu/cpufreq/policy0/scaling_governor': 'powersave\n',
      '/sys/devices/system/cpu/cpufreq/policy0/scaling_driver': 'acpi-cpufreq\n',
      '/sys/devices/system/cpu/cpufreq/policy0/affected_cpus': '0 1 2-3\n',
      '/proc/driver/nvidia/version': 'NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  Tue Mar  5 22:23:56 UTC 2024\n',
      ...running(77, 'node', '/opt/voltana/bin/run.js', 'agent'),
      '/proc/77/status': 'Name:\tnode\nUid:\t0\t0\t0\t0\nNoNewPrivs:\t1\nSeccomp:\t2\n',
      [JOURNAL]: JSON.stringify({ format: 1, epoch: 4, held }),
    });
    expect(facts).to.deep.include({
      gpusOnBus: { nvidia: 2, amd: 1 },
      cpuGovernors: [{ governor: 'powersave', driver: 'acpi-cpufreq', cpus: 4 }],
      nvidiaModule: '550.54.15',
      agentProcess: { pid: 77, uid: 0, noNewPrivileges: true, filtered: true },
    });
    expect(facts.state.held).to.deep.equal(held);
    expect(facts.state.freeBytes).to.be.above(0);
  });

  it('of a machine that tells nothing', async () => {
    expect(await of({})).to.deep.include({
      gpusOnBus: { nvidia: 0, amd: 0 },
      cpuGovernors: [],
      nvidiaModule: null,
      agentProcess: null,
      state: { path: '/var/lib/voltana', freeBytes: null, held: 'none' },
    });
  });

  for (const text of ['', '{', '{"held":1}', '{"held":[1]}', 'null'])
    it(`a journal that says ${JSON.stringify(text)} is damaged, and stays as it is`, async () => {
      expect((await of({ [JOURNAL]: text })).state.held).to.equal('damaged');
    });

  it('knows whose this process is, and nothing of one that is gone', () => {
    expect(ownerOf(process.pid)).to.equal(process.geteuid!());
    expect(ownerOf(2 ** 30)).to.equal(null);
  });

  it('finds programs on the PATH', async () => {
    expect(await hasProgram('sh')).to.equal(true);
    expect(await hasProgram('voltana-no-such-program')).to.equal(false);
  });
});

describe('asking servers', () => {
  let server: Server;
  let url: string;
  let answer: { status: number; headers: Record<string, string> };
  beforeEach(async () => {
    server = createServer((_request, response) => response.writeHead(answer.status, answer.headers).end('{}'));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(() => new Promise((resolve) => server.close(resolve)));

  it('tells how far a clock is ahead by the Date header', async () => {
    answer = { status: 404, headers: { date: new Date(Date.now() + 90_000).toUTCString() } };
    expect(await clockSkewMs(url)).to.be.closeTo(90_000, 5000);
    answer = { status: 200, headers: { date: 'yesterday' } };
    expect(await clockSkewMs(url)).to.equal(null);
    expect(await clockSkewMs('http://127.0.0.1:1')).to.equal(null);
  });

  it('knows a gateway of ours, with and without keys, from other servers', async () => {
    const json = { 'content-type': 'application/json' };
    const seen = async (status: number, headers: Record<string, string>): Promise<boolean> => {
      answer = { status, headers };
      return isGateway(url);
    };
    expect([
      await seen(200, json),
      await seen(401, json),
      await seen(404, json),
      await seen(200, { 'content-type': 'text/html' }),
    ]).to.deep.equal([true, true, false, false]);
    expect(await isGateway('http://127.0.0.1:1')).to.equal(false);
  });
});
