import { expect } from 'chai';
import type { DeviceInfo } from '../../../../src/domain/device.ts';
import { strangersOf } from '../../../../src/runs/agent/strangers.ts';

const info = (index: number): DeviceInfo => ({
  id: `GPU-0${index}c0ffee-5eed-4bad-8ace-012345678901`,
  family: 'nvml',
  index,
  name: 'A100',
  pciAddress: null,
  supportedMhz: [],
  supportedMemoryMhz: [],
  powerLimits: null,
  driverVersion: null,
  vbios: null,
  persistence: null,
  capabilities: [],
});

describe('names in an agent file', () => {
  it('that mean no device here are told, those that mean one are not', () => {
    const infos = [info(0), info(1)];
    expect(strangersOf(['0', 'GPU-01c0ffee', 'GPU-', '7'], infos)).to.deep.equal(['GPU-', '7']);
    expect(strangersOf('all', [])).to.deep.equal([]);
  });
});
