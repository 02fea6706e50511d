import type { EmulatedInstance, EmulatedInstanceSpec, EngineEvent } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { LeasedGpu } from './gpu.ts';
import { KvFetcher } from './kv-fetch.ts';
import { Legs, type ActiveLeg } from './legs.ts';
import { createPump, type Pump } from './pump.ts';
import { Rendezvous } from './rendezvous.ts';

/** One machine with everything that connects it to its clients, its peers and its controllers. */
export interface EngineNode {
  readonly pump: Pump;
  readonly legs: Legs;
  readonly rendezvous: Rendezvous;
  readonly gpu: LeasedGpu;
  /** A client left: its leg disappears and the other side learns of it. */
  readonly left: (leg: ActiveLeg) => void;
  stop(): Promise<void>;
}

interface Peers {
  readonly legs: Legs;
  readonly rendezvous: Rendezvous;
  readonly kv: KvFetcher;
}

const fail = ({ legs, rendezvous, kv }: Peers, id: string, reason: string): void => {
  const leg = legs.take(id);
  if (leg === undefined) return;
  rendezvous.failed(leg.room, reason);
  kv.abandon(leg.room);
  leg.reply.failed(reason);
};

const handle = (peers: Peers, event: EngineEvent): void => {
  const { legs, rendezvous, kv } = peers;
  if (event.kind === 'token') return legs.get(event.id)?.reply.token();
  if (event.kind === 'finished') return legs.take(event.id)?.reply.finished();
  if (event.kind === 'failed') return fail(peers, event.id, event.reason);
  if (event.kind === 'kv-ready') return rendezvous.ready(event.room, event.promptTokens);
  const from = legs.get(event.id)?.bootstrap;
  if (from) void kv.fetch(event.room, from);
};

export const createNode = (spec: EmulatedInstanceSpec, machine: EmulatedInstance, time: Time): EngineNode => {
  const legs = new Legs();
  const pump = createPump(machine, time, (event) => handle(peers, event));
  const hasRoom = (room: number): boolean => legs.hasRoom(room);
  const rendezvous = new Rendezvous({ machine, pump, time, timeoutMs: spec.engine.rendezvousTimeoutMs, hasRoom });
  const kv = new KvFetcher({
    arrived: (room) => pump.input((nowMs) => machine.kvArrived(room, nowMs)),
    failed: (room, reason) => pump.input((nowMs) => machine.kvFailed(room, reason, nowMs)),
  });
  const peers: Peers = { legs, rendezvous, kv };
  const gpu = new LeasedGpu(machine, pump, time);
  return {
    pump,
    legs,
    rendezvous,
    gpu,
    left: (leg) => {
      pump.input((nowMs) => machine.cancel(leg.id, nowMs));
      rendezvous.failed(leg.room, 'the prefill request was cancelled');
      kv.abandon(leg.room);
    },
    stop: () => {
      pump.stop();
      gpu.stop();
      return kv.close();
    },
  };
};
