import { FleetControl } from '../../../src/control/fleet-control.ts';
import { RESIZE_TUNABLES } from '../../../src/control/resize/plan.ts';
import type { ResizeOptions, RestMode } from '../../../src/control/resize/fleet-shape.ts';
import { ROLES, type Role } from '../../../src/domain/instance.ts';
import type { EmulatedInstanceSpec } from '../../../src/emulation/types.ts';
import { ecofreqGovernor } from '../../../src/governing/ecofreq.ts';
import type { Governor } from '../../../src/governing/governor.ts';
import { CHUNK_TOKENS } from '../../../src/governing/prompt-batches.ts';
import { createGovernor, type GovernorId } from '../../../src/governing/registry.ts';
import { sloGovernor } from '../../../src/governing/slo/index.ts';
import { SLO_TUNABLES, type SloTunables } from '../../../src/governing/slo/tunables.ts';
import { adaptivePredictor } from '../../../src/prediction/adaptive/adaptive-predictor.ts';
import { ecoRouting } from '../../../src/routing/eco/index.ts';
import { ECO_TUNABLES, type EcoTunables } from '../../../src/routing/eco/tunables.ts';
import type { RoutingPolicy } from '../../../src/routing/policy.ts';
import { createRouting, type RoutingId } from '../../../src/routing/registry.ts';
import { halfOf } from '../../../src/simulation/gpu-set.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import type { World } from './world.ts';

/** A way to run a cluster, as plain data that a worker can be sent. */
export interface Contender {
  readonly governor: GovernorId;
  readonly routing: RoutingId;
  /** The operator's list; the whole table when left out. */
  readonly clocksMhz?: readonly number[];
  readonly fixedMhz?: Readonly<Record<Role, number>>;
  /** `ecofreq` only. */
  readonly margin?: number;
  /** Instances in use; the others stay parked at their lowest clock. All when left out. */
  readonly awake?: Readonly<Record<Role, number>>;
  /** Lets instances go that nobody needs, and how these rest; all stay when left out. */
  readonly resize?: RestMode;
  /** GPUs may change their role: to the other phase, or to both. */
  readonly reshape?: { readonly flips: boolean; readonly aggregates: boolean };
  /** 2 a second when left out, as shipped; half a second with tensor parallelism. */
  readonly maxTransitionsPerS?: number;
  readonly dwellMs?: number;
  /** Predictors follow what the streams tell. */
  readonly learns?: boolean;
  /** What differs from the shipped tunables: one lever less, for an ablation. */
  readonly slo?: Partial<SloTunables>;
  readonly eco?: Partial<EcoTunables>;
}

export const MAX: Contender = { governor: 'max', routing: 'least-requests' };
export const OURS: Contender = { governor: 'slo', routing: 'eco' };
/** The paper's: two clocks, its own routing, and its clock calls as often as an iteration asks for them. */
export const reference = (margin: number): Contender => ({
  governor: 'ecofreq',
  routing: 'tile-aware',
  clocksMhz: [1005, 1410],
  margin,
  maxTransitionsPerS: 20,
  dwellMs: 0,
});
/** The same with the plumbing that ours has, so that a gateway queue is not sold as frequency scaling. */
export const plumbedReference = (margin: number): Contender => ({ ...reference(margin), routing: 'tile-aware-late' });
export const fixedAt = (prefill: number, decode = prefill, routing: RoutingId = 'least-requests'): Contender => ({
  governor: 'fixed',
  routing,
  fixedMhz: { prefill, decode },
});

function governorOf({ governor, fixedMhz, margin = 0, slo }: Contender): Governor {
  if (governor === 'ecofreq') return ecofreqGovernor({ margin, joinTokens: CHUNK_TOKENS });
  if (governor === 'slo' && slo) return sloGovernor({ ...SLO_TUNABLES, ...slo });
  return createGovernor(governor, fixedMhz ? { fixedMhz } : {});
}

function routingOf({ routing, eco }: Contender, seed: number): RoutingPolicy {
  if (routing === 'eco' && eco) return ecoRouting({ ...ECO_TUNABLES, ...eco });
  return createRouting(routing, createRandom(seed).fork('routing'));
}

const SHIPPED = { transitionsPerS: 2, transitionsPerSWithTp: 0.5, dwellMs: 400 };

/** Instances of control: one for each set of GPUs, or one for each phase where roles may change. */
const phasesOf = ({ reshape }: Contender, specs: readonly EmulatedInstanceSpec[]): { id: string; role: Role; domain?: string }[] =>
  specs.flatMap(({ id, role }) => (reshape ? ROLES.map((phase) => ({ id: halfOf(id, phase), role: phase, domain: id })) : [{ id, role }]));

function resizeOf({ resize, reshape }: Contender, specs: readonly EmulatedInstanceSpec[]): { resize?: ResizeOptions } {
  if (!resize && !reshape) return {};
  const options = { rest: resize ?? null, tunables: RESIZE_TUNABLES };
  if (!reshape) return { resize: options };
  return { resize: { ...options, reshape: { ...reshape, roles: new Map(specs.map(({ id, role }) => [id, role])) } } };
}

/** The very control that a gateway would run. */
export function controlOf(world: World, contender: Contender, specs: readonly EmulatedInstanceSpec[], seed: number): FleetControl {
  const { tp } = world.spec;
  const { clocksMhz = world.clocksMhz, learns = false, dwellMs = SHIPPED.dwellMs } = contender;
  const { maxTransitionsPerS = tp > 1 ? SHIPPED.transitionsPerSWithTp : SHIPPED.transitionsPerS } = contender;
  return new FleetControl({
    instances: phasesOf(contender, specs).map(({ id, role, ...domain }) => {
      const predictor = world.predictors[role];
      const learning = learns && role === 'decode' ? adaptivePredictor(predictor, role) : null;
      return {
        id,
        role,
        ...domain,
        gpuCount: tp,
        supportedMhz: clocksMhz,
        startMhz: world.gpu.clock.maxMhz,
        kvCapacityTokens: world.kvCapacityTokens,
        predictor: learning ?? predictor,
        ...(learning && { learning }),
      };
    }),
    slo: world.spec.slo,
    governor: governorOf(contender),
    routing: routingOf(contender, seed),
    maxTransitionsPerS,
    dwellMs,
    ...resizeOf(contender, specs),
  });
}
