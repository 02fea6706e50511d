import { realTime } from '../../src/adapters/host/real-time.ts';
import { custodyOver } from '../fixtures/custody/custody.ts';
import { ScriptedDevices } from '../fixtures/custody/scripted-devices.ts';
import { clockCustodianContract } from './clock-custodian.ts';

clockCustodianContract('in this process', async () => {
  const time = realTime();
  const devices = new ScriptedDevices({ nowMs: time.nowMs });
  const { custody } = custodyOver([devices], { time });
  await custody.start();
  return { custodian: custody, devices, close: async () => void (await custody.stop()) };
});
