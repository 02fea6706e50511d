import type { ClockTransition } from './clock.ts';
import type { Role } from './instance.ts';
import type { Health } from './snapshot.ts';

/** What an operator wants to hear of at once. Stable names: they are a public stream. */
export type FleetEvent =
  | ({ readonly kind: 'clock' } & ClockTransition)
  | { readonly kind: 'health'; readonly instance: string; readonly health: Health; readonly reason: string }
  | { readonly kind: 'lease'; readonly domain: string; readonly held: boolean; readonly reason: string }
  | { readonly kind: 'instance'; readonly instance: string; readonly role: Role; readonly change: 'added' | 'draining' | 'removed' }
  | { readonly kind: 'reconciliation'; readonly instance: string; readonly trusted: boolean; readonly reason: string | null }
  | { readonly kind: 'warning'; readonly text: string };

export const EVENT_KINDS = [
  'clock',
  'health',
  'lease',
  'instance',
  'reconciliation',
  'warning',
] as const satisfies readonly FleetEvent['kind'][];

export interface LoggedEvent {
  /** Counts from 1 in each process. */
  readonly id: number;
  readonly atMs: number;
  readonly event: FleetEvent;
}
