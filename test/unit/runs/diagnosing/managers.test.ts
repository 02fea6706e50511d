import { expect } from 'chai';
import { checksOf, examine, manager, statusesOf } from '../../../fixtures/doctor.ts';

describe('diagnose: managers', () => {
  it('refused ones fail with exit 4, ceded ones warn, those of other devices are only named', async () => {
    const found = [
      manager,
      { ...manager, name: 'dynamo-power-agent', sets: 'power', verdict: 'cede' } as const,
      { ...manager, name: 'tuned', families: ['cpufreq'], verdict: 'warn' } as const,
    ];
    const diagnosis = await examine({ managers: found, facts: { administers: true } });
    expect(statusesOf(diagnosis, 'managers.found')).to.deep.equal(['failure', 'warning', 'ok']);
    expect(diagnosis.exitCode).to.equal(4);
  });

  it('the agent that answers is no other manager; a second one is', async () => {
    const agents = ['process 7', 'process 8'].map((found) => ({ ...manager, name: 'voltana-agent', found }));
    const facts = { agentProcess: { pid: 7, uid: 0, noNewPrivileges: true, filtered: true } };
    const found = checksOf(await examine({ managers: agents, facts }), 'managers.found');
    expect(found.map(({ finding }) => finding.includes('process 8'))).to.deep.equal([true]);
  });
});
