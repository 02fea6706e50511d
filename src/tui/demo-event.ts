import type { EnergyMap } from '../domain/energy-map.ts';
import type { Instance } from '../domain/instance.ts';
import type { FittedDocument, ProfileDocument, ProfilePoint } from '../domain/profile.ts';
import type { RunRecord } from '../domain/run-record.ts';
import type { Slo } from '../domain/slo.ts';
import type { Snapshot } from '../domain/snapshot.ts';
import type { GridAxes } from './profile-grid.ts';

export const RUNS = ['baseline', 'candidate'] as const;
export type Which = (typeof RUNS)[number];

/** How a run is governed and routed. */
export interface Policies {
  readonly governor: string;
  readonly routing: string;
}

/** What a screen has to know of a demo before it starts. */
export interface DemoOutline {
  readonly title: string;
  readonly workload: string;
  readonly requests: number;
  readonly slo: Slo;
  readonly instances: readonly Pick<Instance, 'id' | 'role' | 'gpuCount'>[];
  readonly runs: Readonly<Record<Which, Policies>>;
  readonly expectedS: number;
}

/** What happens in a demo, in the order in which it happens. */
export type DemoEvent =
  | { readonly kind: 'started'; readonly instances: readonly Instance[]; readonly seconds: number }
  | { readonly kind: 'planned'; readonly axes: readonly GridAxes[] }
  | { readonly kind: 'measured'; readonly point: ProfilePoint; readonly done: number; readonly total: number }
  | { readonly kind: 'profiled'; readonly profile: ProfileDocument; readonly seconds: number }
  | { readonly kind: 'fitted'; readonly fitted: FittedDocument; readonly energyMaps: readonly EnergyMap[] }
  | { readonly kind: 'serving'; readonly which: Which }
  | { readonly kind: 'progress'; readonly which: Which; readonly sent: number; readonly ended: number }
  | { readonly kind: 'observed'; readonly which: Which; readonly snapshot: Snapshot }
  | { readonly kind: 'served'; readonly which: Which; readonly record: RunRecord }
  | { readonly kind: 'stopped' };
