import { expect } from 'chai';
import fc from 'fast-check';
import { nvmlFailure } from '../../../../../src/adapters/clocks/nvml/failure.ts';

const SET = 'nvmlDeviceSetGpuLockedClocks';
const GPU = 'GPU-1 (0000:3b:00.0)';

describe('what NVML return codes mean', () => {
  for (const [code, expected, hint] of [
    [1, 'NO_DRIVER', 'loaded'],
    [3, 'NOT_SUPPORTED', 'doctor'],
    [4, 'NOT_PERMITTED', 'sudo voltana agent'],
    [9, 'NO_DRIVER', 'modprobe nvidia'],
    [12, 'NO_DRIVER', 'driver'],
    [13, 'NOT_SUPPORTED', 'doctor'],
    [15, 'DEVICE_LOST', 'dmesg'],
    [16, 'DEVICE_LOST', '--gpu-reset'],
    [18, 'NO_DRIVER', 'reboot'],
    [28, 'NO_DRIVER', '--gpus all'],
    [999, 'DEVICE_FAILED', 'dmesg'],
  ] as const) {
    it(`${code} is ${expected}, with what to do`, () => {
      const error = nvmlFailure(code, SET, GPU);
      expect(error.code).to.equal(expected);
      expect(error.hint).to.include(hint);
    });
  }

  it('who may not even look, is told about the device files', () => {
    expect(nvmlFailure(4, 'nvmlDeviceGetHandleByIndex_v2', null).hint).to.include('/dev/nvidia');
  });

  it('names the function, the device and the number, whatever the code', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2000 }), (code) => {
        const { message } = nvmlFailure(code, SET, GPU);
        expect(message).to.include(SET).and.include(GPU).and.include(`NVML ${code}`);
      }),
    );
  });
});
