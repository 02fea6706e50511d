import { expect } from 'chai';
import { agentConfig, parseAgentFile } from '../../../src/config/agent-file.ts';
import { inspectFile } from '../../../src/config/inspect.ts';
import type { VoltanaError } from '../../../src/domain/errors.ts';
import { thrownBy } from '../../fixtures/thrown.ts';

const FILE = '/etc/voltana/agent.yaml';
const yaml = (body: string): string => `schemaVersion: 1\nkind: agent\n${body}`;
const read = (body: string) => agentConfig(parseAgentFile(yaml(body), FILE), 'host-a');
const refusal = (body: string): VoltanaError => thrownBy(() => parseAgentFile(yaml(body), FILE));
const TLS = 'host: 0.0.0.0, port: 9443, tls: { certFile: /c, keyFile: /k }'.replaceAll('/c', '/etc/c').replaceAll('/k', '/etc/k');

describe('agent file', () => {
  it('without any of it: a socket for root alone, all GPUs, bounds that a stolen token cannot pass', () => {
    expect(agentConfig({}, 'host-a')).to.deep.equal({
      node: 'host-a',
      listen: { socket: { path: '/run/voltana/agent.sock', group: null }, tcp: null },
      devices: 'all',
      families: ['nvml', 'amdgpu'],
      bounds: { minClockMhz: 690, maxClockMhz: null, maxSlowdownsPerS: 10, powerLimitW: null },
      leaseTtlMs: { least: 1000, most: 30_000 },
      restoreTo: 'default',
      spreadMs: 500,
      allowShared: 'none',
      stateDir: '/var/lib/voltana',
      auditFile: '/var/lib/voltana/audit.jsonl',
      ignoreManagers: [],
      nvmlLibrary: null,
      sysfsRoot: '/',
    });
    expect(read('')).to.deep.equal(agentConfig({}, 'host-a'));
  });

  it('takes what is said, and numbers for names', () => {
    const config = read(`
node: gpu-7
listen: { socket: { path: /srv/a.sock, group: 1000 } }
devices: [0, GPU-12345678]
bounds: { minClockMhz: 900, maxClockMhz: 1410, powerLimitW: { least: 200, most: 400 } }
leaseTtlMs: { most: 5000 }
restoreTo: { GPU-12345678: 1200 }
stateDir: /srv/state
allowShared: [1]
`);
    expect(config).to.deep.include({
      node: 'gpu-7',
      devices: ['0', 'GPU-12345678'],
      allowShared: ['1'],
      restoreTo: { 'GPU-12345678': 1200 },
    });
    expect(config.listen.socket).to.deep.equal({ path: '/srv/a.sock', group: '1000' });
    expect(config.leaseTtlMs).to.deep.equal({ least: 1000, most: 5000 });
    expect(config.auditFile).to.equal('/srv/state/audit.jsonl');
    expect(config.bounds).to.deep.include({ minClockMhz: 900, powerLimitW: { least: 200, most: 400 } });
  });

  it('no lowest clock is one that somebody asked for; a default never stands above a named highest one', () => {
    expect(read('bounds: { minClockMhz: null }').bounds.minClockMhz).to.equal(null);
    expect(read('bounds: { maxClockMhz: 500 }').bounds).to.include({ minClockMhz: 500, maxClockMhz: 500 });
  });

  it('refuses what makes no sense, and says where', () => {
    const cases: readonly (readonly [string, RegExp])[] = [
      ['bounds: { minClockMhz: 1400, maxClockMhz: 1000 }', /minClockMhz 1400 is above .*maxClockMhz 1000/],
      ['bounds: { powerLimitW: { least: 400, most: 200 } }', /least 400 is above/],
      ['leaseTtlMs: { least: 40000 }', /leaseTtlMs.least 40000 is above/],
      ['listen: { socket: false }', /neither a socket nor a tcp port/],
      [`listen: { tcp: { ${TLS} } }`, /neither clientCaFile nor tokensFile/],
      [`listen: { tcp: { ${TLS}, clientCaFile: /etc/ca, tokensFile: /etc/t, holders: [a] } }`, /both clientCaFile and tokensFile/],
      [`listen: { tcp: { ${TLS}, clientCaFile: /etc/ca } }`, /neither holders nor operators/],
      [`listen: { tcp: { ${TLS}, tokensFile: /etc/t, holders: [a] } }`, /beside a tokensFile/],
      ['listen: { tcp: { host: 0.0.0.0, port: 9443 } }', /"tls" is missing/],
      ['stateDir: relative', /stateDir/],
      ['spreadMs: -1', /spreadMs/],
      ['families: [cuda]', /families/],
    ];
    for (const [body, message] of cases) expect(refusal(body).message, body).to.match(message).and.include(FILE);
  });

  it('names the nearest of a misspelt key', () => {
    const error = refusal('bounds: { minClockMHz: 900 }');
    expect(error.code).to.equal('UNKNOWN_KEY');
    expect(error.hint).to.include('minClockMhz');
  });

  it('is a kind that config validate knows, meaning included', async () => {
    expect(await inspectFile(yaml('node: a'), FILE)).to.deep.include({ kind: 'agent', problems: [] });
    expect((await inspectFile(yaml('listen: { socket: false }'), FILE)).problems[0]!.text).to.match(/neither a socket/);
  });
});
