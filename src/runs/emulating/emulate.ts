import type { LaunchedInstance } from '../../domain/instance.ts';
import type { Launcher } from '../../ports/launcher.ts';

const aborted = (signal: AbortSignal): Promise<void> =>
  new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });

/**
 * Runs a launcher's engines, and nothing else, until the signal or the death of one of them. Nothing runs afterwards.
 * @throws the signal's reason, or what ended an engine
 */
export async function emulate(
  launcher: Launcher,
  signal: AbortSignal,
  onReady: (instances: readonly LaunchedInstance[]) => Promise<void>,
): Promise<never> {
  const cluster = await launcher.launch(signal);
  try {
    await onReady(cluster.instances);
    const failure = await Promise.race([cluster.failed, aborted(signal)]);
    throw failure ?? signal.reason;
  } finally {
    await cluster.stop();
  }
}
