import { FleetControl, type ControlledInstance } from '../../control/fleet-control.ts';
import type { ClockBounds } from '../../control/clock-bounds.ts';
import { RESIZE_TUNABLES } from '../../control/resize/plan.ts';
import { within } from '../../control/resolve.ts';
import type { Adaptation, ClusterFile, ControlTunables } from '../../domain/cluster.ts';
import { VoltanaError } from '../../domain/errors.ts';
import { domainOf, type LaunchedInstance, type Role } from '../../domain/instance.ts';
import { createGovernor, GOVERNORS, type GovernorId } from '../../governing/registry.ts';
import type { GatewaySpec } from '../../ports/gateway-launcher.ts';
import { adaptivePredictor, type AdaptivePredictor } from '../../prediction/adaptive/adaptive-predictor.ts';
import { analyticPredictor } from '../../prediction/analytic-predictor.ts';
import { createDevice, kvCapacityTokens } from '../../prediction/analytic/device.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';
import { noPredictor } from '../../prediction/no-predictor.ts';
import type { Predictor } from '../../prediction/predictor.ts';
import { tabledPredictor } from '../../prediction/tabled/tabled-predictor.ts';
import { createRouting, ROUTINGS, type RoutingId } from '../../routing/registry.ts';
import { createRandom } from '../../statistics/random.ts';
import { unknownId } from '../library.ts';

const DEFAULT_TRANSITIONS_PER_S = 2;
/** The driver locks several GPUs one after the other, and all of them wait for the last. */
const DEFAULT_TRANSITIONS_PER_S_OF_SEVERAL = 0.5;
export const DWELL_MS = 400;

/** How often the clocks of an instance may change, unless its operator says otherwise. */
export const transitionsPerS = (tp: number): number => (tp > 1 ? DEFAULT_TRANSITIONS_PER_S_OF_SEVERAL : DEFAULT_TRANSITIONS_PER_S);
const DEFAULT_ADAPTATION: Adaptation = 'on';

export function governorId(id: string): GovernorId {
  const known = GOVERNORS.find((governor) => governor === id);
  if (!known) throw unknownId('governor', id, GOVERNORS);
  return known;
}

export function routingId(id: string): RoutingId {
  const known = ROUTINGS.find((routing) => routing === id);
  if (!known) throw unknownId('routing policy', id, ROUTINGS);
  return known;
}

/** Supported clocks within a cluster's bounds. @throws VoltanaError CLOCK_OUTSIDE_CARD when the bounds leave none or are another GPU's */
export function boundedClocks(supportedMhz: readonly number[], control: ClusterFile['control'] = {}): number[] {
  const [lowestMhz, highestMhz] = [supportedMhz[0]!, supportedMhz.at(-1)!];
  const { minClockMhz = lowestMhz, maxClockMhz = highestMhz } = control;
  for (const [key, boundMhz] of Object.entries({ minClockMhz, maxClockMhz })) {
    if (boundMhz >= lowestMhz && boundMhz <= highestMhz) continue;
    throw new VoltanaError('CLOCK_OUTSIDE_CARD', `control.${key} ${boundMhz} is outside this GPU's ${lowestMhz}..${highestMhz} MHz`);
  }
  try {
    return within(supportedMhz, minClockMhz, maxClockMhz);
  } catch (cause) {
    throw new VoltanaError(
      'CLOCK_OUTSIDE_CARD',
      `control.minClockMhz and maxClockMhz leave no clock of ${supportedMhz[0]}..${supportedMhz.at(-1)} MHz`,
      { cause },
    );
  }
}

const tableText = (mhz: readonly number[]): string =>
  mhz.length < 2 ? `${mhz[0]} MHz alone` : `${mhz[0]}..${mhz.at(-1)} MHz in steps of ${mhz[1]! - mhz[0]!}`;

/** @throws VoltanaError CLOCK_OUTSIDE_CARD when a fixed clock is not one that the GPU supports and its agent allows */
export function checkFixedClocks(fixedMhz: Readonly<Partial<Record<Role, number>>>, supportedMhz: readonly number[]): void {
  for (const [role, clockMhz] of Object.entries(fixedMhz)) {
    if (supportedMhz.includes(clockMhz)) continue;
    const near = supportedMhz.reduce((best, mhz) => (Math.abs(mhz - clockMhz) < Math.abs(best - clockMhz) ? mhz : best));
    throw new VoltanaError('CLOCK_OUTSIDE_CARD', `${clockMhz} MHz for ${role} is not a clock of this GPU`, {
      hint: `The nearest is ${near} MHz; the table is ${tableText(supportedMhz)}.`,
    });
  }
}

function cardPredictor({ cards, cluster }: GatewaySpec, role: Role, clocksMhz: readonly number[]): Predictor {
  if (!cards) return noPredictor;
  const device = createDevice(cards.gpu, cards.model, cards.engine, cluster.tp);
  return tabledPredictor(analyticPredictor(device, role, clocksMhz[0]!), role, clocksMhz);
}

function predictorFor(spec: GatewaySpec, { id, role }: LaunchedInstance, clocksMhz: readonly number[]): Predictor {
  if (spec.fitted === null) return cardPredictor(spec, role, clocksMhz);
  const fitted = spec.fitted.instances.find(({ instance }) => instance === id);
  if (!fitted)
    throw new VoltanaError('BAD_VALUE', `the fitted profile knows no instance "${id}"`, { hint: 'Profile this cluster and fit again.' });
  return tabledPredictor(fittedPredictor(fitted, spec.fitted), role, clocksMhz);
}

/** What nobody has predicted cannot be corrected. */
export function withLearning(
  predictor: Predictor,
  role: Role,
  adaptation: Adaptation = DEFAULT_ADAPTATION,
): { readonly predictor: Predictor; readonly learning?: AdaptivePredictor } {
  if (adaptation === 'off' || predictor === noPredictor) return { predictor };
  const learning = adaptivePredictor(predictor, role);
  if (adaptation === 'frozen') learning.freeze();
  return { predictor: learning, learning };
}

/** As the cards tell it; without them nobody knows. */
function kvRoomOf({ cluster, fitted, cards = fitted?.cards ?? undefined }: GatewaySpec): { readonly kvCapacityTokens?: number } {
  return cards ? { kvCapacityTokens: kvCapacityTokens(cards.gpu, cards.model, cards.engine, cluster.tp) } : {};
}

/** An instance as its control knows it. */
export function controlledInstance(spec: GatewaySpec, instance: LaunchedInstance, supportedMhz: readonly number[]): ControlledInstance {
  boundedClocks(supportedMhz, spec.cluster.control);
  return {
    ...instance,
    supportedMhz,
    startMhz: supportedMhz.at(-1)!,
    ...kvRoomOf(spec),
    ...withLearning(predictorFor(spec, instance, supportedMhz), instance.role, spec.cluster.control?.adaptation),
  };
}

const laddersOf = (tunables: ControlTunables): Readonly<Record<Role, ClockBounds>> => ({
  prefill: { minMhz: tunables.minPrefillClockMhz ?? null, maxMhz: tunables.maxPrefillClockMhz ?? null },
  decode: { minMhz: tunables.minDecodeClockMhz ?? null, maxMhz: tunables.maxDecodeClockMhz ?? null },
});

/** The control of a launched cluster, as its file and the fitted profile say. */
export function fleetFor(spec: GatewaySpec, supportedMhz: (domain: string) => readonly number[]): FleetControl {
  const { cluster, instances, fixedMhz } = spec;
  const { maxTransitionsPerS = transitionsPerS(cluster.tp), minClockMhz, maxClockMhz, tunables = {} } = cluster.control ?? {};
  const governor = createGovernor(governorId(spec.governor), { tunables, ...(fixedMhz && { fixedMhz }) });
  return new FleetControl({
    instances: instances.map((instance) => controlledInstance(spec, instance, supportedMhz(domainOf(instance)))),
    slo: cluster.slo,
    governor,
    routing: createRouting(routingId(spec.routing), createRandom(spec.seed).fork('routing'), { tunables }),
    // One that never chooses has no ladder: the highest clock is the GPU's, and a clock that was named is that clock.
    ...(governor.steady ? {} : { ladders: laddersOf(tunables) }),
    minClockMhz,
    maxClockMhz,
    maxTransitionsPerS,
    dwellMs: DWELL_MS,
    ...(cluster.control?.rest === 'park' &&
      (spec.fitted ?? spec.cards) && { resize: { rest: 'park' as const, tunables: RESIZE_TUNABLES } }),
  });
}
