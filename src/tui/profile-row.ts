import type { Instance } from '../domain/instance.ts';
import type { RecordedPoint } from '../domain/profile.ts';
import type { ScreenInstance } from '../domain/screen.ts';
import { unknownRow } from './serving-rows.ts';

/** An instance by the point that was measured on it last. */
export const profileRow = (
  instance: Pick<Instance, 'id' | 'role' | 'gpuCount'>,
  point: RecordedPoint | null | undefined,
): ScreenInstance => {
  if (!point) return unknownRow(instance);
  const tokens = point.promptTokens ?? point.contextTokens ?? null;
  return {
    ...unknownRow(instance),
    askedMhz: point.requestedClockMhz,
    appliedMhz: point.clockMhz,
    powerW: point.powerW === null ? null : point.powerW * instance.gpuCount,
    requests: point.batch,
    tokens: tokens === null ? null : point.batch * tokens,
    p50Ms: point.latencyMs,
    reason: point.reasons[0] ?? null,
  };
};
