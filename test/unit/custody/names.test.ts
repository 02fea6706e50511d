import { expect } from 'chai';
import { devicesNamed, isNamed } from '../../../src/custody/names.ts';
import type { DeviceInfo } from '../../../src/domain/device.ts';
import { thrownBy } from '../../fixtures/thrown.ts';

const info = (id: string, index: number, family: DeviceInfo['family'] = 'nvml', pciAddress: string | null = null): DeviceInfo => ({
  id,
  family,
  index,
  name: 'one',
  pciAddress,
  supportedMhz: [],
  supportedMemoryMhz: [],
  powerLimits: null,
  driverVersion: null,
  vbios: null,
  persistence: null,
  capabilities: [],
});

const MIXED = [
  info('GPU-11111111-2222', 0, 'nvml', '0000:3b:00.0'),
  info('GPU-11111111-3333', 1, 'nvml', '0000:AF:00.0'),
  info('0x8a1f2b3c4d5e6f70', 0, 'amdgpu', '0000:c1:00.0'),
  info('cpu-package-0', 0, 'cpufreq'),
  info('cpu-package-1', 1, 'cpufreq'),
];

describe('names of devices', () => {
  const meant = (...names: string[]): string[] => devicesNamed(names, MIXED).map(({ id }) => id);
  const problem = (...names: string[]): string => thrownBy(() => meant(...names)).message;

  it('are ids, PCI addresses as any tool writes them, and numbers of a family', () => {
    expect(meant('GPU-11111111-2222', '00000000:AF:00.0', 'amdgpu:0', 'cpufreq:1')).to.deep.equal([
      'GPU-11111111-2222',
      'GPU-11111111-3333',
      '0x8a1f2b3c4d5e6f70',
      'cpu-package-1',
    ]);
  });

  it('a bare number is a GPU, where that is one only', () => {
    expect(meant('1')).to.deep.equal(['GPU-11111111-3333']);
    expect(problem('0')).to.include('may be any of').and.include('nvml:0').and.include('amdgpu:0');
    expect(devicesNamed(['0'], MIXED.slice(3)).map(({ id }) => id)).to.deep.equal(['cpu-package-0']);
  });

  it('a beginning of an id counts when it is long enough and only one begins so', () => {
    expect(meant('0x8a1f2b')).to.deep.equal(['0x8a1f2b3c4d5e6f70']);
    expect(problem('GPU-1111')).to.include('may be any of');
    expect(problem('GPU')).to.include('there is no device "GPU"').and.include('cpu-package-1');
  });

  it('the same device named twice is one', () => expect(meant('1', 'nvml:1', 'GPU-11111111-3333')).to.have.length(1));

  it('hold for one device without the others', () => {
    expect(isNamed(MIXED[3]!, ['cpufreq:0'])).to.equal(true);
    expect(isNamed(MIXED[3]!, ['nvml:0', 'cpu-pack'])).to.equal(true);
    expect(isNamed(MIXED[3]!, ['nvml:0', 'cpu'])).to.equal(false);
  });
});
