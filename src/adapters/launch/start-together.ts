export interface Stoppable {
  stop(): Promise<void>;
}

/** Resolves when all have ended. */
export const stopAll = async (started: readonly Stoppable[]): Promise<void> => {
  await Promise.all(started.map((one) => one.stop()));
};

/** Starts all at once. The first that fails stops the others, ready or not, and is the error thrown. */
export const startTogether = async <Wanted, Started extends Stoppable>(
  wanted: readonly Wanted[],
  start: (one: Wanted, signal: AbortSignal) => Promise<Started>,
  signal: AbortSignal,
): Promise<Started[]> => {
  const failure = new AbortController();
  const either = AbortSignal.any([signal, failure.signal]);
  const starts = wanted.map(async (one) => {
    try {
      return await start(one, either);
    } catch (error) {
      // Only the first reason sticks: the later ones are its consequences.
      failure.abort(error);
      return null;
    }
  });
  const started = (await Promise.all(starts)).filter((one) => one !== null);
  if (started.length === wanted.length) return started;
  await stopAll(started);
  throw failure.signal.reason;
};
