import type { Diagnosis } from '../../../src/domain/diagnosis.ts';
import { doctorText } from '../../../src/reporting/doctor.ts';
import { ScriptedDevices } from '../../fixtures/custody/scripted-devices.ts';
import { examine, manager, steppingTime } from '../../fixtures/doctor.ts';
import { expectGolden } from '../golden.ts';

const ill = (): Promise<Diagnosis> => {
  const time = steppingTime();
  const gpus = new ScriptedDevices({ nowMs: () => time.nowMs(), count: 2 });
  Object.assign(gpus.devices[0]!, { limitW: 300, counterGain: 1.6 });
  gpus.devices[1]!.limits = ['thermal', 'power'];
  return examine({ time, gpus, managers: [manager] });
};

describe('doctor as text', () => {
  it('a machine with nothing wrong', async () => {
    expectGolden('reporting/doctor-well.txt', `${doctorText(await examine({ facts: { administers: true } }))}\n`);
  });

  it('a machine with much wrong', async () => {
    expectGolden('reporting/doctor-ill.txt', `${doctorText(await ill())}\n`);
  });
});
