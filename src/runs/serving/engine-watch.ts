import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import type { EngineMonitor } from '../../ports/engine.ts';
import type { Time } from '../../ports/time.ts';
import type { ControlPlane } from './control-plane.ts';
import type { ObservedFleet } from '../../control/observed-fleet.ts';
import { repeat } from './repeat.ts';

export interface EngineWatchOptions {
  readonly monitor: EngineMonitor;
  readonly control: ControlPlane;
  readonly seen: ObservedFleet;
  readonly time: Time;
}

const HEALTH_EVERY_MS = 2000;
/** Never more often: engines count their gauges together for each answer. */
const GAUGES_EVERY_MS = 1000;
/** A busy engine may answer late once; its requests tell sooner when it is gone. */
const UNHEALTHY_AFTER = 2;
/** A smaller usage is told with too few digits to divide by. */
const ROOM_FROM_USAGE = 0.05;

/** Asks engines how they are while they serve, and tells the control plane. Nothing waits for it. */
export class EngineWatch {
  readonly #options: EngineWatchOptions;
  readonly #silent = new Map<string, number>();
  #stops: (() => Promise<void>)[] = [];

  constructor(options: EngineWatchOptions) {
    this.#options = options;
  }

  start(): void {
    const { time } = this.#options;
    this.#stops = [
      repeat(time, HEALTH_EVERY_MS, () => this.#each((instance) => this.#ask(instance))),
      repeat(time, GAUGES_EVERY_MS, () => this.#each((instance) => this.#compare(instance))),
    ];
  }

  async stop(): Promise<void> {
    await Promise.all(this.#stops.map((stop) => stop()));
  }

  /** Once for each engine, whichever of its phases stands for it. */
  async #each(action: (instance: LaunchedInstance) => Promise<void>): Promise<void> {
    const engines = new Map(this.#options.control.instances.map((instance) => [domainOf(instance), instance]));
    await Promise.all([...engines.values()].map(action));
  }

  async #compare(instance: LaunchedInstance): Promise<void> {
    const { monitor, control, seen, time } = this.#options;
    // An engine that tells nothing has no opinion.
    const gauges = await monitor.gauges(instance).catch(() => null);
    if (gauges === null) return;
    seen.reconcile(domainOf(instance), gauges, time.nowMs());
    const { kvTokens, kvUsage } = gauges;
    if (kvTokens !== null && kvUsage !== null && kvUsage >= ROOM_FROM_USAGE) control.engineRoom(instance.id, kvTokens / kvUsage);
  }

  async #ask(instance: LaunchedInstance): Promise<void> {
    const { monitor, control } = this.#options;
    const healthy = await monitor.healthy(instance);
    const silent = healthy ? 0 : (this.#silent.get(instance.id) ?? 0) + 1;
    this.#silent.set(instance.id, silent);
    if (healthy || silent >= UNHEALTHY_AFTER) control.engineHealth(instance.id, healthy);
  }
}
