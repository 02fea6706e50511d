import type { EnergyMap } from '../../domain/energy-map.ts';
import type { LaunchedInstance } from '../../domain/instance.ts';
import type { Snapshot } from '../../domain/snapshot.ts';
import type { GatewayLauncher } from '../../ports/gateway-launcher.ts';
import type { Launcher } from '../../ports/launcher.ts';
import type { Time } from '../../ports/time.ts';

export interface ServeClusterPorts {
  readonly launcher: Launcher;
  /** Engines that run now, looked up anew. Left out where voltana has launched them: then they are those that it launched. */
  readonly lookAgain?: (signal: AbortSignal) => Promise<readonly LaunchedInstance[]>;
  /** Calls back whenever somebody asks for that. @returns stops */
  readonly onReload?: (ask: () => void) => () => void;
  readonly gatewayLauncher: GatewayLauncher;
  readonly time: Time;
}

/** What somebody who looks on is told, in this order. */
export interface ServeListener {
  launched?(instances: readonly LaunchedInstance[], seconds: number): void;
  serving?(url: string): void;
  observed?(snapshot: Snapshot): void;
  /** What its predictors say of energy over clock and load, whenever that was computed anew. */
  mapped?(maps: readonly EnergyMap[]): void;
  /** An engine ended that nobody stopped; the others go on. */
  lost?(reason: string): void;
  /** Which came and which went, by id. */
  changed?(added: readonly string[], retired: readonly string[]): void;
  notChanged?(reason: string): void;
  draining?(why: 'signal' | 'duration'): void;
}
