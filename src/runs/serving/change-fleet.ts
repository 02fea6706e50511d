import type { ObservedFleet } from '../../control/observed-fleet.ts';
import { domainOf, type LaunchedInstance } from '../../domain/instance.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { FleetChange, GatewaySpec } from '../../ports/gateway-launcher.ts';
import type { ControlPlane } from './control-plane.ts';
import { controlledInstance } from './fleet.ts';
import { supportedOf } from './supported.ts';

export interface ChangingFleet {
  readonly spec: GatewaySpec;
  readonly driver: ClockDriver | null;
  readonly control: ControlPlane;
  readonly seen: ObservedFleet;
}

async function add(instance: LaunchedInstance, { spec, driver, control, seen }: ChangingFleet): Promise<void> {
  const supported = await supportedOf([instance], spec.cards, driver);
  const controlled = controlledInstance(spec, instance, supported.get(domainOf(instance))!);
  await control.add(instance, controlled);
  seen.add(controlled);
}

async function retire(id: string, { control, seen }: ChangingFleet): Promise<void> {
  await control.retire(id);
  seen.remove(id);
}

/** Lets engines come and go at run time, each for itself: one that cannot is a warning, and the others do. */
export async function changeFleet({ add: added, retire: retired }: FleetChange, fleet: ChangingFleet): Promise<void> {
  const tried = async (id: string, what: string, act: () => Promise<void>): Promise<void> => {
    try {
      await act();
    } catch (error) {
      fleet.control.warn(`${id} cannot be ${what}: ${(error as Error).message}`);
    }
  };
  await Promise.all([
    ...added.map((instance) => tried(instance.id, 'added', () => add(instance, fleet))),
    ...retired.map((id) => tried(id, 'taken out', () => retire(id, fleet))),
  ]);
}
