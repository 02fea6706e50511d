import type { MeterReader } from './meter-reader.ts';

/**
 * A reader for work that is to be kept whatever becomes of its meters: once it has answered, readings that fail are holes, which
 * whoever tells energy finds, and no end of the work.
 * @throws as meters do, when they do not answer at all
 */
export async function steadyReader(reader: MeterReader): Promise<MeterReader> {
  const method = await reader.method();
  return {
    scope: reader.scope,
    read: () => reader.read().catch(() => []),
    method: () => Promise.resolve(method),
  };
}
