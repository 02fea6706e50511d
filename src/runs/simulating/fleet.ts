import { FleetControl, type FleetControlOptions } from '../../control/fleet-control.ts';
import type { Adaptation } from '../../domain/cluster.ts';
import type { Evidence } from '../../domain/evidence.ts';
import { weakest } from '../../domain/evidence.ts';
import { ROLES, type Role } from '../../domain/instance.ts';
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
import type { Contender, Scenario } from './options.ts';

/** A simulated instance and what is predicted of it. */
export interface SimulatedInstance {
  readonly spec: EmulatedInstanceSpec;
  /** What its policies ask. */
  readonly predictor: Predictor;
  /** The same where it learns from what the data path sees. */
  readonly learning?: AdaptivePredictor;
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

type PredictorOf = (role: Role, measured: FittedInstance | null) => Predictor;

const predictors =
  ({ gpu, model, engine, tp, fitted, clocksMhz }: Scenario): PredictorOf =>
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

export interface InstanceWishes {
  /** Devices will differ from what is predicted of them. Where the cards predict the cards there is nothing to learn, and nobody tries: it would cost half of the time. */
  readonly hostile?: boolean;
  /** Somebody wants to tell instances by their predictors. */
  readonly toldApart?: boolean;
}

function instanceOf(scenario: Scenario, predictorOf: PredictorOf, role: Role, index: number, adaptation: Adaptation): SimulatedInstance {
  const { gpu, model, engine, tp, seed } = scenario;
  const measured = measuredOf(scenario, role, index);
  const personality = { ...(measured?.physics ?? BY_THE_CARD), sensorGain: 1 };
  const number = index + (role === 'decode' ? scenario.size.prefill : 0);
  const spec = { id: `${role[0]!}${index}`, role, gpu, model, engine, tp, seed: seed + number, personality };
  return { spec, ...withLearning(predictorOf(role, measured), role, adaptation) };
}

/** All instances: p0, p1, ..., d0, d1, ... */
export function instancesOf(scenario: Scenario, { hostile = false, toldApart = false }: InstanceWishes = {}): SimulatedInstance[] {
  const adaptation = hostile || scenario.fitted ? 'on' : 'off';
  const predictorOf = toldApart ? predictors(scenario) : shared(predictors(scenario));
  return ROLES.flatMap((role) =>
    Array.from({ length: scenario.size[role] }, (_, index) => instanceOf(scenario, predictorOf, role, index, adaptation)),
  );
}

export const policiesOf = ({ governor, routing, fixedMhz }: Contender, seed: number): Policies => ({
  governor: createGovernor(governor, fixedMhz ? { fixedMhz } : {}),
  routing: createRouting(routing, createRandom(seed).fork('routing')),
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
    instances: instances.map(({ spec: { id, role }, ...predicted }) => ({
      id,
      role,
      gpuCount: tp,
      supportedMhz: clocksMhz,
      startMhz: clockTable(gpu).at(-1)!,
      kvCapacityTokens: kvTokens,
      ...predicted,
    })),
    slo,
    ...policies,
    maxTransitionsPerS: transitionsPerS(tp),
    dwellMs: DWELL_MS,
    ...more,
  });
}

/** Where the figures come from: a card says of itself which clocks it was validated at. */
export const evidenceOf = (instances: readonly SimulatedInstance[]): Evidence =>
  weakest(...instances.map(({ predictor }) => (predictor.evidence === 'measured' ? 'validated' : predictor.evidence)));
