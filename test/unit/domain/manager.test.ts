import { expect } from 'chai';
import type { DeviceInfo } from '../../../src/domain/device.ts';
import { managedDevices, refusingManagers, type FoundManager } from '../../../src/domain/manager.ts';

const gpu = (index: number, family: DeviceInfo['family'] = 'nvml'): DeviceInfo => ({
  id: `${family === 'nvml' ? 'GPU' : family}-${String(index).repeat(8)}-aaaa`,
  family,
  index,
  name: 'x',
  pciAddress: family === 'cpufreq' ? null : `0000:${index}b:00.0`,
  supportedMhz: [],
  supportedMemoryMhz: [],
  powerLimits: null,
  driverVersion: null,
  vbios: null,
  persistence: null,
  capabilities: [],
});
const ALL = [gpu(0), gpu(1), gpu(0, 'amdgpu'), gpu(0, 'cpufreq')];
const manager = (more: Partial<FoundManager>): FoundManager => ({
  name: 'm',
  found: 'process 1',
  sets: 'clocks',
  families: ['nvml'],
  devices: null,
  confidence: 'active',
  verdict: 'refuse',
  advice: '',
  ...more,
});
const ids = (more: Partial<FoundManager>): string[] => managedDevices(manager(more), ALL).map(({ id }) => id);

describe('managers and their devices', () => {
  it('without names, all of its families and none of others', () => {
    expect(ids({})).to.deep.equal([ALL[0]!.id, ALL[1]!.id]);
    expect(ids({ families: ['amdgpu', 'cpufreq'] })).to.deep.equal([ALL[2]!.id, ALL[3]!.id]);
  });

  it('by id, its beginning, number, and a bus address as tools write it', () => {
    expect(ids({ devices: [ALL[1]!.id] })).to.deep.equal([ALL[1]!.id]);
    expect(ids({ devices: ['GPU-1111'] })).to.deep.equal([ALL[1]!.id]);
    expect(ids({ devices: ['1'] })).to.deep.equal([ALL[1]!.id]);
    expect(ids({ devices: ['00000000:1B:00.0'] })).to.deep.equal([ALL[1]!.id]);
    expect(ids({ devices: ['GPU', '7'] })).to.deep.equal([]);
  });

  it('only those that refuse count, and those that concern nothing here do not', () => {
    const found = [
      manager({}),
      manager({ name: 'c', verdict: 'cede' }),
      manager({ name: 'w', verdict: 'warn' }),
      manager({ name: 'n', devices: ['9'] }),
    ];
    expect(refusingManagers(found, ALL).map(({ name }) => name)).to.deep.equal(['m']);
  });

  it('where power may be set, what cedes power counts as well', () => {
    const found = [manager({ name: 'c', verdict: 'cede', devices: ['0'] }), manager({ name: 'w', verdict: 'warn' })];
    expect(refusingManagers(found, ALL, { setsPower: true })).to.deep.equal([{ name: 'c', devices: [ALL[0]!.id] }]);
  });
});
