import { ControlPlane } from '../../src/runs/serving/control-plane.ts';
import { VirtualTime } from '../fixtures/virtual-time.ts';
import { fleetControl, worldOf, type Contender } from '../fixtures/world/simulated-runs.ts';
import { VirtualCluster } from '../fixtures/world/virtual-cluster.ts';
import { recordingListener } from '../fixtures/gateway/recording-listener.ts';
import { wirePair } from '../fixtures/gateway/wire-pair.ts';
import { dispatcherContract, type DispatcherSubject } from './dispatcher.ts';

const world = worldOf();

const planeOf = async (contender: Contender) => {
  const time = new VirtualTime();
  const { driver, meter, instances } = new VirtualCluster(world.specs, time);
  const dispatcher = new ControlPlane({
    fleet: fleetControl(world, contender),
    ...{ instances, driver, meter, time, ...contender },
    slo: { ttftMs: 1000, itlMs: 50 },
    holder: 'test',
    leaseTtlMs: 3000,
  });
  await time.finish(dispatcher.start());
  const idsOf = (role: string): string[] => instances.filter((one) => one.role === role).map(({ id }) => id);
  return {
    dispatcher,
    time,
    prefill: idsOf('prefill'),
    decode: idsOf('decode'),
    nowMs: () => time.nowMs(),
    pass: (durationMs: number) => time.advance(durationMs),
    close: () => time.finish(dispatcher.stop()),
  };
};

/** The same, as a worker process sees it: over a real connection. */
const remotePlaneOf = async (contender: Contender): Promise<DispatcherSubject> => {
  const subject = await planeOf(contender);
  const time = subject.time;
  const { plane, breakOff, gone } = await wirePair({ dispatcher: subject.dispatcher, listener: recordingListener(), time });
  return {
    ...subject,
    dispatcher: plane,
    look: () => plane.look(),
    // What was told has been heard before time goes on, and what came of it is told in turn.
    async pass(durationMs) {
      await plane.look();
      await subject.pass(durationMs);
      await plane.look();
    },
    async close() {
      breakOff();
      await gone;
      await subject.close();
    },
  };
};

dispatcherContract('control plane, slo and eco', () => planeOf({ governor: 'slo', routing: 'eco' }));
dispatcherContract('control plane, max and round-robin', () => planeOf({ governor: 'max', routing: 'round-robin' }));
dispatcherContract('control plane of another process, slo and eco', () => remotePlaneOf({ governor: 'slo', routing: 'eco' }));
