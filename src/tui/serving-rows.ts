import type { Role } from '../domain/instance.ts';
import type { ScreenInstance, ScreenState } from '../domain/screen.ts';
import type { InstanceSnapshot, Snapshot } from '../domain/snapshot.ts';

interface Asked {
  readonly id: string;
  readonly role: Role;
}

/** An instance of which nothing was seen yet. */
export const unknownRow = ({ id, role }: Asked): ScreenInstance => ({
  id,
  role,
  askedMhz: null,
  appliedMhz: null,
  powerW: null,
  requests: null,
  tokens: null,
  p50Ms: null,
  p95Ms: null,
  reason: null,
});

/** An instance as the gateway sees it. */
export const servingRow = (instance: Asked, seen: InstanceSnapshot | undefined): ScreenInstance => {
  if (!seen) return unknownRow(instance);
  const { id, role, askedMhz, appliedMhz, powerW, requests, tokens, latency, lastReason } = seen;
  return { id, role, askedMhz, appliedMhz, powerW, requests, tokens, ...latency, reason: lastReason };
};

/** The newest change of any clock. */
export const decisionOf = (snapshot: Snapshot | null | undefined): ScreenState['decision'] => {
  const last = snapshot?.lastDecision;
  return last ? { instance: last.domain, fromMhz: last.fromMhz, toMhz: last.requestedMhz, reason: last.reason } : null;
};
