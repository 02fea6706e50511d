import type { EngineRole } from '../domain/instance.ts';
import type { Disturbance } from './adversity.ts';
import { createEmulatedEngine } from './engine.ts';
import { EventLog } from './event-log.ts';
import type { EmulatedInstance, EmulatedInstanceSpec } from './types.ts';

export { clockTable, emulatedDevice } from './device.ts';
export type { Disturbance };

/**
 * An engine that keeps its events until `advance` takes them.
 * @param startMs the Time value at which the device exists; energy counts from here
 * @param disturbance asked once for every iteration
 */
export function createEmulatedInstance(
  spec: EmulatedInstanceSpec<EngineRole>,
  startMs: number,
  disturbance?: Disturbance,
): EmulatedInstance {
  const log = new EventLog();
  const engine = createEmulatedEngine(spec, startMs, log, disturbance ? { slowdown: disturbance } : {});
  return {
    submit: (request, nowMs) => engine.submit(request, nowMs),
    peerArrived: (room, nowMs) => engine.peerArrived(room, nowMs),
    peerGone: (room, nowMs) => engine.peerGone(room, nowMs),
    kvArrived: (room, nowMs) => engine.kvArrived(room, nowMs),
    kvFailed: (room, reason, nowMs) => engine.kvFailed(room, reason, nowMs),
    cancel: (id, nowMs) => engine.cancel(id, nowMs),
    lockClock: (clockMhz, nowMs) => engine.lockClock(clockMhz, nowMs),
    release: (released, nowMs) => engine.release(released, nowMs),
    supportedMhz: () => engine.supportedMhz(),
    reading: (nowMs) => engine.reading(nowMs),
    load: () => engine.load(),
    produced: (id) => engine.produced(id),
    cachedTokens: () => engine.cachedTokens(),
    iterations: () => engine.iterations(),
    nextEventMs: () => engine.nextEventMs(),
    advance(nowMs) {
      engine.advance(nowMs);
      return log.take();
    },
  };
}
