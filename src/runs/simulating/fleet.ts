import { FleetControl, type FleetControlOptions } from '../../control/fleet-control.ts';
import type { ResizeOptions } from '../../control/resize/fleet-shape.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { weakest } from '../../domain/evidence.ts';
import { ROLES, type EngineRole, type Role } from '../../domain/instance.ts';
import type { FittedInstance } from '../../domain/profile.ts';
import { clockTable } from '../../emulation/device.ts';
import type { EmulatedInstanceSpec } from '../../emulation/types.ts';
import type { Governor } from '../../governing/governor.ts';
import { createGovernor } from '../../governing/registry.ts';
import type { AdaptivePredictor } from '../../prediction/adaptive/adaptive-predictor.ts';
import { analyticPredictor } from '../../prediction/analytic-predictor.ts';
import { createDevice, kvCapacityTokens } from '../../prediction/analytic/device.ts';
import { BY_THE_CARD } from '../../prediction/analytic/personality.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import { tabledPredictor } from '../../prediction/tabled/tabled-predictor.ts';
import type { RoutingPolicy } from '../../routing/policy.ts';
import { createRouting } from '../../routing/registry.ts';
import { createRandom } from '../../statistics/random.ts';
import { DWELL_MS, transitionsPerS, withLearning } from '../serving/fleet.ts';
import { halfOf } from '../../simulation/gpu-set.ts';
import type { Contender, ResizeWishes, Scenario } from './options.ts';

/** What routing and governing know of a simulated instance. */
export interface PredictedInstance {
  readonly id: string;
  readonly role: Role;
  /** What its policies ask. */
  readonly predictor: Predictor;
  /** The same where it learns from what the data path sees. */
  readonly learning?: AdaptivePredictor;
}

/** The GPUs of one simulated instance, and what is predicted of it: of each of its phases where it does both, or may change its role. */
export interface SimulatedInstance {
  readonly spec: EmulatedInstanceSpec<EngineRole>;
  readonly phases: readonly PredictedInstance[];
}

/** Whoever decides, in place of the contender's own: to watch them, for instance. */
export interface Policies {
  readonly governor: Governor;
  readonly routing: RoutingPolicy;
}

/** Of a fit's instances of a role each in turn: there may be more here than were measured. */
function measuredOf({ fitted }: Scenario, role: Role, index: number): FittedInstance | null {
  const ofRole = fitted?.instances.filter(({ phase }) => phase === role) ?? [];
  return ofRole[index % ofRole.length] ?? null;
}

/** What is predicted of an instance of a role, by its own measurements where there are any. */
export type PredictorOf = (role: Role, measured: FittedInstance | null) => Predictor;

/** What predictors follow from. */
export type PredictedDevices = Pick<Scenario, 'gpu' | 'model' | 'engine' | 'tp' | 'fitted' | 'clocksMhz'>;

const predictors =
  ({ gpu, model, engine, tp, fitted, clocksMhz }: PredictedDevices): PredictorOf =>
  (role, measured) => {
    const predictor =
      measured && fitted ? fittedPredictor(measured, fitted) : analyticPredictor(createDevice(gpu, model, engine, tp), role, clocksMhz[0]!);
    return tabledPredictor(predictor, role, clocksMhz);
  };

/** Instances that are predicted alike share one table: it fills once, and stays in the processor's cache. */
function shared(predictorOf: PredictorOf): PredictorOf {
  const known = new Map<FittedInstance | Role, Predictor>();
  return (role, measured) => {
    const predictor = known.get(measured ?? role) ?? predictorOf(role, measured);
    known.set(measured ?? role, predictor);
    return predictor;
  };
}

/** For as many runs as there are of these devices, at any of these clocks: what a table tells does not depend on who has filled it. */
export const sharedPredictors = (devices: PredictedDevices): PredictorOf => shared(predictors(devices));

export interface InstanceWishes {
  /** Devices will differ from what is predicted of them. Where the cards predict the cards there is nothing to learn, and nobody tries: it would cost half of the time. */
  readonly hostile?: boolean;
  /** Somebody wants to tell instances by their predictors. */
  readonly toldApart?: boolean;
  /** Any of them may change its role. */
  readonly flexible?: boolean;
  /** In place of predictors of the run's own: tables that others have filled already. */
  readonly predictorOf?: PredictorOf;
}

const LETTERS: Readonly<Record<EngineRole, string>> = { prefill: 'p', decode: 'd', aggregated: 'a' };
const ENGINE_ROLES = ['prefill', 'decode', 'aggregated'] as const;

/** How a fleet's devices differ: those of the measured phase, in turn. An engine that does both is the device that was measured decoding. */
const deviceRole = (role: EngineRole): Role => (role === 'prefill' ? 'prefill' : 'decode');

type PhaseOf = (id: string, role: Role, index: number) => PredictedInstance;

function instanceOf(scenario: Scenario, role: EngineRole, index: number, phaseOf: PhaseOf, flexible: boolean): SimulatedInstance {
  const { gpu, model, engine, tp, seed, size } = scenario;
  const personality = { ...(measuredOf(scenario, deviceRole(role), index)?.physics ?? BY_THE_CARD), sensorGain: 1 };
  const before = { prefill: 0, decode: size.prefill, aggregated: size.prefill + size.decode };
  const id = `${LETTERS[role]}${index}`;
  const spec = { id, role, gpu, model, engine, tp, seed: seed + index + before[role], personality };
  if (role !== 'aggregated' && !flexible) return { spec, phases: [phaseOf(id, role, index)] };
  return { spec, phases: ROLES.map((phase) => phaseOf(halfOf(id, phase), phase, index)) };
}

/** All instances: p0, p1, ..., d0, d1, ..., a0, a1, ... */
export function instancesOf(scenario: Scenario, wishes: InstanceWishes = {}): SimulatedInstance[] {
  const { hostile = false, toldApart = false, flexible = false } = wishes;
  const adaptation = hostile || scenario.fitted ? 'on' : 'off';
  const predictorOf = wishes.predictorOf ?? (toldApart ? predictors(scenario) : sharedPredictors(scenario));
  const phaseOf: PhaseOf = (id, role, index) => ({
    id,
    role,
    ...withLearning(predictorOf(role, measuredOf(scenario, role, index)), role, adaptation),
  });
  return ENGINE_ROLES.flatMap((role) =>
    Array.from({ length: scenario.size[role] }, (_, index) => instanceOf(scenario, role, index, phaseOf, flexible)),
  );
}

/** What control does with its instances' size and roles. Roles may change only where somebody asked for it, or both phases share engines. */
export function resizeOf({ flips, aggregates, ...rest }: ResizeWishes, instances: readonly SimulatedInstance[]): ResizeOptions {
  if (!flips && !aggregates && instances.every(({ phases }) => phases.length === 1)) return rest;
  return { ...rest, reshape: { roles: new Map(instances.map(({ spec }) => [spec.id, spec.role])), flips, aggregates } };
}

export const policiesOf = ({ governor, routing, fixedMhz, tunables = {} }: Contender, seed: number): Policies => ({
  governor: createGovernor(governor, { tunables, ...(fixedMhz && { fixedMhz }) }),
  routing: createRouting(routing, createRandom(seed).fork('routing'), { tunables }),
});

/** The control of a simulated fleet, as a live one has it. @param more options of control besides */
export function fleetControl(
  scenario: Scenario,
  instances: readonly SimulatedInstance[],
  policies: Policies,
  more: Partial<Pick<FleetControlOptions, 'resize'>> = {},
): FleetControl {
  const { gpu, model, engine, tp, slo, clocksMhz } = scenario;
  const kvTokens = kvCapacityTokens(gpu, model, engine, tp);
  return new FleetControl({
    instances: instances.flatMap(({ spec, phases }) =>
      phases.map((phase) => ({
        ...phase,
        ...(phases.length > 1 && { domain: spec.id }),
        gpuCount: tp,
        supportedMhz: clocksMhz,
        startMhz: clockTable(gpu).at(-1)!,
        kvCapacityTokens: kvTokens,
      })),
    ),
    slo,
    ...policies,
    maxTransitionsPerS: transitionsPerS(tp),
    dwellMs: DWELL_MS,
    ...more,
  });
}

/** Where the figures come from: a card says of itself which clocks it was validated at. */
export const evidenceOf = (instances: readonly SimulatedInstance[]): Evidence =>
  weakest(
    ...instances.flatMap(({ phases }) => phases.map(({ predictor: { evidence } }) => (evidence === 'measured' ? 'validated' : evidence))),
  );
