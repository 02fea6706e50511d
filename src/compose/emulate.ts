import { fileStore } from '../adapters/host/fs-store.ts';
import { shippedProfiles } from '../adapters/host/shipped-profiles.ts';
import type { LaunchedInstance } from '../domain/instance.ts';
import { emulate } from '../runs/emulating/emulate.ts';
import { resolveEmulate, type EmulateOptions } from '../runs/emulating/resolve.ts';
import { Library } from '../runs/library.ts';
import { emulatedLauncher, type LineLog } from './launchers.ts';
import { underSignals } from './signals.ts';

export type { EmulateOptions };

export const planEmulate = (cluster: string): Promise<EmulateOptions> =>
  resolveEmulate(cluster, new Library(shippedProfiles(fileStore()), fileStore()));

export interface EmulateHooks {
  readonly onReady: (instances: readonly LaunchedInstance[]) => Promise<void>;
  readonly onLog: LineLog;
}

/** Runs the engines of a cluster file until the first signal, which is what it throws. */
export const runEmulate = ({ cluster, cards }: EmulateOptions, { onReady, onLog }: EmulateHooks): Promise<never> =>
  underSignals('emulated engines', async (signal) => {
    const launcher = await emulatedLauncher(cluster, cards, cluster.instances, onLog);
    return emulate(launcher, signal, onReady);
  });
