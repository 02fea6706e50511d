import { expect } from 'chai';
import { ScriptedDevices } from '../../../fixtures/custody/scripted-devices.ts';
import { cluster } from '../../../fixtures/documents.ts';
import { askedCluster, checksOf, examine, none, statusesOf } from '../../../fixtures/doctor.ts';

describe('diagnose: drivers', () => {
  it('no GPU and nothing else: exit 3, and says that everything emulated works', async () => {
    const diagnosis = await examine({ devices: [none('nvml'), none('amdgpu'), none('cpufreq')] });
    expect(diagnosis.exitCode).to.equal(3);
    expect(checksOf(diagnosis, 'drivers.devices')[0]!.fix).to.include('voltana simulate');
    expect(statusesOf(diagnosis, 'drivers.nvml')).to.deep.equal(['skipped']);
    expect(statusesOf(diagnosis, 'agent.permission')).to.deep.equal(['skipped']);
  });

  it('no GPU, but an emulated cluster needs none: exit 0', async () => {
    const diagnosis = await examine({ devices: [none('nvml')], cluster: askedCluster(cluster) });
    expect(diagnosis.exitCode).to.equal(0);
  });

  it('processors alone are a warning', async () => {
    const cpus = new ScriptedDevices({ nowMs: () => 0, count: 1, family: 'cpufreq' });
    expect((await examine({ devices: [none('nvml'), cpus] })).exitCode).to.equal(0);
  });

  it('a GPU on the bus without a driver, and a module whose library fails, are failures that say so', async () => {
    const onBus = await examine({ devices: [none('nvml')], facts: { gpusOnBus: { nvidia: 8, amd: 0 } } });
    expect(checksOf(onBus, 'drivers.nvml')[0]).to.include({ status: 'failure', exitCode: 3 });
    expect(checksOf(onBus, 'drivers.nvml')[0]!.finding).to.include('8 NVIDIA GPUs on the PCI bus');
    const module = await examine({ devices: [none('nvml')], facts: { nvidiaModule: '550.54.15' } });
    expect(checksOf(module, 'drivers.nvml')[0]!.finding).to.include('550.54.15');
  });

  it('a library that was named must be there', async () => {
    const diagnosis = await examine({ devices: [none('nvml')], namedFamilies: ['nvml'] });
    expect(checksOf(diagnosis, 'drivers.nvml')[0]).to.include({ status: 'failure', exitCode: 3 });
  });

  it('fewer GPUs than on the bus', async () => {
    expect(statusesOf(await examine({ facts: { gpusOnBus: { nvidia: 8, amd: 0 } } }), 'drivers.nvml')).to.deep.equal(['warning']);
  });
});
