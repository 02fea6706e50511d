import { onSignals } from '../adapters/host/signals.ts';
import { watchAncestors } from '../adapters/host/watch-ancestors.ts';
import { VoltanaError } from '../domain/errors.ts';

/**
 * Work that ends at the first signal. It also ends when whoever started it dies, however that happens: nobody would be
 * there any more to stop what it has started.
 */
export async function underSignals<T>(what: string, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const signals = onSignals();
  const orphaned = new AbortController();
  const gone = `The process that started the ${what} is gone.`;
  const stopWatching = watchAncestors(() => orphaned.abort(new VoltanaError('TERMINATED', gone)));
  try {
    return await work(AbortSignal.any([signals.signal, orphaned.signal]));
  } finally {
    stopWatching();
    signals.stop();
  }
}
