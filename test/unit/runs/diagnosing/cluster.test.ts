import { expect } from 'chai';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { cluster } from '../../../fixtures/documents.ts';
import { askedAgent, askedCluster, checksOf, custodyStatus, examine, monitorOf, statusesOf } from '../../../fixtures/doctor.ts';

describe('diagnose: cluster', () => {
  const real = {
    ...cluster,
    engine: { kind: 'sglang' },
    instances: cluster.instances.map((one) => ({ ...one, gpus: ['0'], node: 'n1' })),
  } as const;

  it('an engine that does not answer: exit 5, and which one', async () => {
    const asked = askedCluster(real, { monitor: monitorOf({ 'decode-0': 'decode-0 serves another model' }) });
    const diagnosis = await examine({ cluster: asked, facts: { administers: true } });
    expect(statusesOf(diagnosis, 'cluster.engine')).to.deep.equal(['ok', 'failure']);
    expect(diagnosis.exitCode).to.equal(5);
    expect(statusesOf(diagnosis, 'cluster.agent')).to.deep.equal(['warning']);
  });

  it('a port that is taken is a failure unless a gateway of ours serves there', async () => {
    const assertPortFree = async (host: string, port: number): Promise<never> => {
      throw new VoltanaError('PORT_TAKEN', `Port ${port} on ${host} is taken.`);
    };
    const taken = await examine({ cluster: askedCluster(cluster, { assertPortFree }) });
    expect(checksOf(taken, 'cluster.gateway-port')[0]).to.include({ status: 'failure', exitCode: 3 });
    const ours = await examine({ cluster: askedCluster(cluster, { assertPortFree, isGateway: async () => true }) });
    expect(statusesOf(ours, 'cluster.gateway-port')).to.deep.equal(['ok']);
  });

  it('keys and certificates that cannot be read, a launcher without its program, GPUs that are not here', async () => {
    const unread = async (): Promise<never> => {
      throw new VoltanaError('FILE_UNREADABLE', 'keys.txt cannot be read');
    };
    const asked = askedCluster(
      {
        ...real,
        launcher: { kind: 'ssh' },
        gateway: { ...cluster.gateway, host: '0.0.0.0', apiKeysFile: 'keys.txt', tls: { certFile: 'c.pem', keyFile: 'k.pem' } },
      },
      { checkKeys: unread, checkCertificate: unread, hasProgram: async () => false },
    );
    const diagnosis = await examine({ cluster: asked });
    for (const id of ['cluster.keys', 'cluster.certificate', 'cluster.program'])
      expect(statusesOf(diagnosis, id), id).to.deep.equal(['failure']);
    const { node: _, ...first } = real.instances[0]!;
    const here = askedCluster({ ...real, instances: [{ ...first, gpus: ['1', '7'] }] });
    expect(checksOf(await examine({ cluster: here }), 'cluster.gpus')[0]!.finding).to.include('7 (prefill-0)');
  });

  it('an agent of the cluster that does not answer, and one whose clock is off', async () => {
    const agents = [
      { ...askedAgent(null, { named: true }), node: 'n1' },
      { ...askedAgent(async () => custodyStatus(), { remote: true, skewMs: async () => -30_000 }), node: 'n2' },
    ];
    const diagnosis = await examine({ cluster: askedCluster(real, { agents }) });
    expect(statusesOf(diagnosis, 'cluster.agent')).to.deep.equal(['failure', 'ok']);
    expect(checksOf(diagnosis, 'cluster.clock').map(({ finding }) => finding)).to.deep.equal([
      'the clock of n2 is 30 s off: logs do not fit together and certificates may be refused',
    ]);
  });
});
