import type { EmulatedInstance, EngineEvent } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { Faults } from './faults.ts';
import { LeasedGpu } from './gpu.ts';
import { KvDesk } from './kv/kv-desk.ts';
import { KvFetcher, type KvAddress } from './kv/kv-fetch.ts';
import { LegBook } from './leg.ts';
import { createPump } from './pump.ts';
import type { EngineSpec } from './spec.ts';
import { EngineStats } from './stats.ts';

/** One machine with everything that connects it to its clients, its peers and its controllers. */
export interface EngineNode {
  readonly spec: EngineSpec;
  readonly machine: EmulatedInstance;
  readonly time: Time;
  readonly legs: LegBook;
  readonly desk: KvDesk;
  readonly kv: KvFetcher;
  readonly gpu: LeasedGpu;
  readonly faults: Faults;
  readonly stats: EngineStats;
  /** Where peers fetch KV from this engine; null until its port is open, and where nobody does. */
  kvAddress: KvAddress | null;
  /** Ends the process, as a crash would. */
  readonly crash: () => void;
  stop(): Promise<void>;
}

/** How peers of a protocol name what they fetch. */
export interface DeskRules {
  readonly key: RegExp;
  /** Whether a peer may come before its prefill request. */
  readonly peersMayWait: boolean;
}

const handle = (legs: LegBook, event: EngineEvent): void => {
  const leg = legs.get(event.id);
  if (leg === undefined) return;
  if (event.kind === 'token') return leg.events.token();
  if (event.kind === 'kv-ready') return leg.events.kvReady();
  if (event.kind === 'kv-wanted') return leg.events.kvWanted();
  legs.remove(leg);
  if (event.kind === 'finished') leg.events.finished();
  else leg.events.failed(event.reason);
};

export const createNode = (
  spec: EngineSpec,
  machine: EmulatedInstance,
  time: Time,
  { key, peersMayWait }: DeskRules,
  crash: () => void,
): EngineNode => {
  const legs = new LegBook(machine);
  const pump = createPump(machine, time, (event) => handle(legs, event));
  legs.runOn(pump);
  const gpu = new LeasedGpu(machine, pump, time);
  const kv = new KvFetcher();
  return {
    spec,
    machine,
    time,
    legs,
    kv,
    gpu,
    crash,
    desk: new KvDesk({ time, key, waitMs: peersMayWait ? spec.engine.rendezvousTimeoutMs : 0 }),
    faults: new Faults(),
    stats: new EngineStats(),
    kvAddress: null,
    stop: () => {
      pump.stop();
      gpu.stop();
      return kv.close();
    },
  };
};
