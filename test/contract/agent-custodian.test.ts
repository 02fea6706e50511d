import { once } from 'node:events';
import { Desk } from '../../src/adapters/agent/desk.ts';
import { closeServer, plainServer } from '../../src/adapters/agent/listen.ts';
import { createAgentCustodian } from '../../src/adapters/clocks/agent/custodian.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { custodyOver } from '../fixtures/custody/custody.ts';
import { ScriptedDevices } from '../fixtures/custody/scripted-devices.ts';
import { privateFolder } from '../fixtures/agent/running.ts';
import { clockCustodianContract } from './clock-custodian.ts';

/** Over a real socket; who asks is settled, because the suite asks as "tester". */
clockCustodianContract('through the socket of an agent', async () => {
  const time = realTime();
  const devices = new ScriptedDevices({ nowMs: time.nowMs });
  const { custody } = custodyOver([devices], { time });
  await custody.start();
  const folder = privateFolder();
  const desk = new Desk({ custodian: custody, time, onRefused: () => undefined });
  const server = plainServer(
    desk.listener(({ headers }) => ({ identity: headers.host === 'agent' ? 'tester' : 'stranger', role: 'operator' })),
  );
  await once(server.listen(folder.at('agent.sock')), 'listening');
  const custodian = createAgentCustodian({ address: `unix:${folder.at('agent.sock')}`, time });
  const close = async (): Promise<void> => {
    await custodian.close();
    desk.close();
    await closeServer(server, 1000);
    await custody.stop();
    folder.remove();
  };
  return { custodian, devices, close };
});
