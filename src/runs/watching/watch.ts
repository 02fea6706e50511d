import type { EnergyMap } from '../../domain/energy-map.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { GatewayClient } from '../../ports/gateway-client.ts';
import type { Time } from '../../ports/time.ts';
import { readEnergyMaps } from './read-maps.ts';
import { readSnapshot } from './read-snapshot.ts';

export interface WatchPorts {
  readonly client: GatewayClient;
  readonly time: Time;
}

/** What somebody who looks at a gateway is told. */
export interface WatchListener<Seen = Snapshot> {
  observed(seen: Seen): void;
  mapped?(maps: readonly EnergyMap[]): void;
  /** It does not answer, or something else does; told again with each attempt. @param forMs since the last answer */
  silent?(reason: string, forMs: number): void;
}

const LOOK_EVERY_MS = 250;
/** A gateway computes them anew once a minute. */
const MAP_EVERY_MS = 60_000;
/** While it computes the first ones. */
const FIRST_MAP_MS = 2000;
const MOST_BACKOFF_MS = 5000;

/** A gateway's answer, raw and as far as it is understood. */
export interface Look {
  readonly raw: unknown;
  readonly snapshot: Snapshot;
}

/** One look. @throws VoltanaError as `GatewayClient` does; BAD_VALUE for a snapshot that makes no sense */
export async function lookAt(client: GatewayClient): Promise<Look> {
  const raw = await client.snapshot();
  const snapshot = readSnapshot(raw);
  if (snapshot) return { raw, snapshot };
  throw new VoltanaError('BAD_VALUE', `${client.url} is no voltana gateway: its snapshot names no instances`, {
    hint: 'Give the address that voltana serve printed, as http://HOST:PORT.',
  });
}

/** Asks again and again until the signal, and waits longer while nobody answers. */
class Watch {
  readonly #ports: WatchPorts;
  readonly #listener: WatchListener<Look>;
  #failures = 0;
  #over = false;
  #heardMs: number;
  #nextMapMs = -Infinity;

  constructor(ports: WatchPorts, listener: WatchListener<Look>) {
    this.#ports = ports;
    this.#listener = listener;
    this.#heardMs = ports.time.nowMs();
  }

  /** Nobody is told of what is still to come. */
  end(): void {
    this.#over = true;
  }

  /** @returns how long to wait before the next look, in ms */
  async look(): Promise<number> {
    const { client, time } = this.#ports;
    try {
      const look = await lookAt(client);
      if (this.#over) return 0;
      this.#failures = 0;
      this.#heardMs = time.nowMs();
      this.#listener.observed(look);
      await this.#map();
      return LOOK_EVERY_MS;
    } catch (error) {
      if (!(error instanceof VoltanaError)) throw error;
      if (!this.#over) this.#listener.silent?.(error.message, time.nowMs() - this.#heardMs);
      return Math.min(MOST_BACKOFF_MS, LOOK_EVERY_MS * 2 ** this.#failures++);
    }
  }

  /** A picture that does not come is missing, nothing more. */
  async #map(): Promise<void> {
    const { client, time } = this.#ports;
    if (!this.#listener.mapped || time.nowMs() < this.#nextMapMs) return;
    const maps = readEnergyMaps(await client.energyMaps().catch(() => null));
    if (this.#over) return;
    this.#nextMapMs = time.nowMs() + (maps.length > 0 ? MAP_EVERY_MS : FIRST_MAP_MS);
    this.#listener.mapped(maps);
  }
}

/** Follows a gateway until the signal or the time that it has. It is never ended by what happens there. */
export async function watchGateway(
  ports: WatchPorts,
  { signal, durationS }: { readonly signal: AbortSignal; readonly durationS: number | null },
  listener: WatchListener<Look>,
): Promise<void> {
  const { time } = ports;
  const untilMs = durationS === null ? Infinity : time.nowMs() + durationS * MS_PER_S;
  const watch = new Watch(ports, listener);
  // Whoever wants to end does not wait for a slow answer.
  const aborted = new Promise<number>((resolve) => signal.addEventListener('abort', () => resolve(0), { once: true }));
  while (!signal.aborted && time.nowMs() < untilMs) {
    const waitMs = await Promise.race([watch.look(), aborted]);
    await time.sleep(Math.max(0, Math.min(waitMs, untilMs - time.nowMs())), signal).catch(() => undefined);
  }
  watch.end();
}
