import { expect } from 'chai';
import { examine, statusesOf } from '../../../fixtures/doctor.ts';

describe('diagnose: machine', () => {
  it('little space for journals, slow processors, too few threads', async () => {
    const diagnosis = await examine({
      facts: {
        threadPool: 2,
        state: { path: '/var/lib/voltana', freeBytes: 1e6, held: 'none' },
        cpuGovernors: [{ governor: 'powersave', driver: 'acpi-cpufreq', cpus: 64 }],
      },
    });
    expect(statusesOf(diagnosis, 'machine.disk')).to.deep.equal(['failure']);
    expect(statusesOf(diagnosis, 'machine.governor')).to.deep.equal(['warning']);
    expect(statusesOf(diagnosis, 'machine.threads')).to.deep.equal(['warning']);
  });

  it('powersave of a processor that governs itself is fine; an old Node.js is not', async () => {
    const cpuGovernors = [{ governor: 'powersave', driver: 'intel_pstate', cpus: 64 }];
    expect(statusesOf(await examine({ facts: { cpuGovernors } }), 'machine.governor')).to.deep.equal(['ok']);
    for (const [nodeVersion, status] of Object.entries({ '18.19.0': 'failure', '20.18.9': 'failure', '20.19.0': 'ok', '24.0.0': 'ok' }))
      expect(statusesOf(await examine({ facts: { nodeVersion } }), 'machine.node'), nodeVersion).to.deep.equal([status]);
  });
});
