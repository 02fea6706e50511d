import { createAgentCustodian, type AgentCustodian } from '../adapters/clocks/agent/custodian.ts';
import { createEmulatedClocks } from '../adapters/clocks/emulated/driver.ts';
import { clockDriverOf, type DomainPlace } from '../custody/clock-driver.ts';
import type { AgentSettings, ClusterFile } from '../domain/cluster.ts';
import { domainOf, type LaunchedInstance } from '../domain/instance.ts';
import type { ClockDriver } from '../ports/clock-driver.ts';
import type { PowerMeter } from '../ports/power-meter.ts';
import type { Time } from '../ports/time.ts';

/** Clocks and meters of a cluster's clock domains, wherever they are. */
export interface GpuClocks {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  /** An engine that came later. */
  add(instance: LaunchedInstance): void;
  close(): Promise<void>;
}

/** The agent sees who asks by itself. */
const SHOWN_BY_TRANSPORT = '';

class AgentClocks implements GpuClocks {
  readonly driver: ClockDriver;
  readonly meter: PowerMeter;
  readonly #custodians: ReadonlyMap<string | undefined, AgentCustodian>;
  readonly #places = new Map<string, DomainPlace>();

  constructor(agents: readonly AgentSettings[], instances: readonly LaunchedInstance[], time: Time) {
    this.#custodians = new Map(agents.map(({ node, ...agent }) => [node, createAgentCustodian({ ...agent, time })]));
    const { driver, meter } = clockDriverOf(this.#places, { time, identity: SHOWN_BY_TRANSPORT });
    this.driver = driver;
    this.meter = meter;
    for (const instance of instances) this.add(instance);
  }

  /** Whose agent or GPUs nobody has named stays without: whoever asks for its clock is told so. */
  add(instance: LaunchedInstance): void {
    const { gpus = [], node } = instance;
    const custodian = this.#custodians.get(node);
    if (custodian !== undefined && gpus.length > 0) this.#places.set(domainOf(instance), { custodian, devices: gpus });
  }

  async close(): Promise<void> {
    await Promise.all([...this.#custodians.values()].map((custodian) => custodian.close()));
  }
}

/**
 * Null where nobody sets clocks and nobody counts joules: real GPUs without an agent.
 * @throws VoltanaError for an agent's address or credentials that cannot be
 */
export function gpuClocks(
  { engine, control }: Pick<ClusterFile, 'engine' | 'control'>,
  instances: readonly LaunchedInstance[],
  time: Time,
): GpuClocks | null {
  if (engine.kind === 'emulated') return createEmulatedClocks(instances, time);
  return control?.agents === undefined ? null : new AgentClocks(control.agents, instances, time);
}
