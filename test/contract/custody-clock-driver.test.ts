import { realTime } from '../../src/adapters/host/real-time.ts';
import { clockDriverOf } from '../../src/custody/clock-driver.ts';
import { custodyOver } from '../fixtures/custody/custody.ts';
import { ScriptedDevices } from '../fixtures/custody/scripted-devices.ts';
import { clockDriverContract } from './clock-driver.ts';
import { powerMeterContract } from './power-meter.ts';

/** Two nodes with a domain of two GPUs each. */
const twoNodes = async () => {
  const time = realTime();
  const nodes = [0, 1].map(() => new ScriptedDevices({ nowMs: time.nowMs, count: 2 }));
  const custodies = nodes.map((devices) => custodyOver([devices], { time }).custody);
  await Promise.all(custodies.map((custody) => custody.start()));
  const places = new Map(custodies.map((custodian, i) => [`d${i}`, { custodian, devices: ['0', '1'] }] as const));
  const close = async (): Promise<void> => void (await Promise.all(custodies.map((custody) => custody.stop())));
  return { time, nodes, ...clockDriverOf(places, { time, identity: 'test' }), close };
};

clockDriverContract('custody of two nodes', async () => {
  const { driver, close } = await twoNodes();
  return { driver, domain: 'd1', settleMs: 0, close };
});

powerMeterContract('custody of two nodes', async () => {
  const { time, nodes, meter, close } = await twoNodes();
  return {
    meter,
    domains: ['d0', 'd1'],
    nowMs: time.nowMs,
    pass: (durationMs) => time.sleep(durationMs),
    heat: async () => nodes[0]!.devices.forEach(({ id }) => nodes[0]!.draw(id, 350)),
    lose: async () => nodes[1]!.fail('read', 'DEVICE_LOST', { id: nodes[1]!.devices[1]!.id }),
    close,
  };
});
