import { existsSync } from 'node:fs';
import { expect } from 'chai';
import * as codes from '../../../../../src/adapters/clocks/nvml/codes.ts';
import { EVENT_DATA, FIELD_VALUE, PCI_INFO, PROCESS_V1, PROCESS_V2 } from '../../../../../src/adapters/clocks/nvml/layouts.ts';
import { abiOf, needsGcc } from '../../../../fixtures/nvml/build.ts';

/** As the driver has them: they come from the header of the package nvidia-nvml-dev 13.5.37, on 64-bit Linux. */
const OURS = {
  pci_info: PCI_INFO.bytes,
  'pci_info.pciDeviceId': PCI_INFO.deviceId,
  'pci_info.busId': PCI_INFO.busId,
  field_value: FIELD_VALUE.bytes,
  'field_value.fieldId': FIELD_VALUE.id,
  'field_value.valueType': FIELD_VALUE.valueType,
  'field_value.nvmlReturn': FIELD_VALUE.returned,
  'field_value.value': FIELD_VALUE.value,
  process_v1: PROCESS_V1.bytes,
  process_v2: PROCESS_V2.bytes,
  'process_v2.pid': PROCESS_V2.pid,
  event_data: EVENT_DATA.bytes,
  'event_data.device': EVENT_DATA.device,
  'event_data.eventType': EVENT_DATA.type,
  'event_data.eventData': EVENT_DATA.data,
  UNINITIALIZED: codes.UNINITIALIZED,
  NOT_SUPPORTED: codes.NOT_SUPPORTED,
  NO_PERMISSION: codes.NO_PERMISSION,
  INSUFFICIENT_SIZE: codes.INSUFFICIENT_SIZE,
  TIMEOUT: codes.TIMEOUT,
  GPU_IS_LOST: codes.GPU_IS_LOST,
  FIELD_ENERGY: codes.FIELD.energyMj,
  FIELD_AVERAGE_POWER: codes.FIELD.averageMw,
  FIELD_INSTANT_POWER: codes.FIELD.instantMw,
  VALUE_UNSIGNED_INT: 1,
  VALUE_UNSIGNED_LONG_LONG: 3,
  CLOCK_SM: codes.CLOCK.sm,
  CLOCK_MEMORY: codes.CLOCK.memory,
  ARCHITECTURE_AMPERE: codes.ARCHITECTURE.ampere,
  REASON_POWER_CAP: codes.REASON.powerCap,
  EVENT_XID: codes.XID_EVENT,
};

/** Where CUDA puts it; VOLTANA_NVML_HEADER names another. */
const vendorHeader = [process.env.VOLTANA_NVML_HEADER, '/usr/local/cuda/include/nvml.h', '/usr/include/nvml.h'].find(
  (path) => path !== undefined && existsSync(path),
);

describe('NVML layouts', () => {
  needsGcc();

  it('are the same for the compiler of the fake library', () => {
    expect(abiOf(null)).to.deep.equal(OURS);
  });

  it("are those of the vendor's header, where it is at hand", function () {
    if (vendorHeader === undefined) this.skip();
    expect(abiOf(vendorHeader)).to.deep.equal(OURS);
  });
});
