import type { LaunchedInstance, Role } from '../../domain/instance.ts';
import { domainOf } from '../../domain/instance.ts';
import type { RunEnergy } from '../../domain/run-record.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import type { MeterSample } from '../../telemetry/meter-sample.ts';

/** A sample, and what held the clock where it was. */
export interface MeterLook extends MeterSample {
  readonly lockedMhz: number | null;
  readonly limitedBy: 'power' | 'thermal' | null;
}

/** Every meter of what is measured, wherever it is. */
export interface MeterReader {
  /** GPUs only, or a wall meter that sees all of the machine. */
  readonly scope: 'gpu' | 'wall';
  /** One reading of each; times are `Time` values. @throws as meters do */
  read(): Promise<readonly MeterLook[]>;
  /** How its joules come about. @throws as meters do */
  method(): Promise<Pick<RunEnergy, 'method' | 'uncertaintyPct'>>;
}

/** What is to be read, and under which name. */
export interface Metered {
  readonly id: string;
  readonly role: Role;
  /** Left out: its own id. */
  readonly domain?: string;
}

async function look(driver: ClockDriver, meter: PowerMeter, metered: Metered): Promise<MeterLook> {
  const domain = domainOf(metered);
  const [clock, energy] = await Promise.all([driver.read(domain), meter.read(domain)]);
  return {
    instance: metered.id,
    role: metered.role,
    atMs: energy.atMs,
    energyJ: energy.energyJ,
    powerW: energy.powerW,
    appliedMhz: clock.appliedMhz,
    lockedMhz: clock.lockedMhz,
    // A driver that cannot tell what limits it means its power cap: heat is what drivers do tell.
    limitedBy: clock.limitedBy ?? (clock.throttled ? 'power' : null),
  };
}

/** The two halves of an aggregated engine share a domain, whose joules count once: under its first name. */
const onePerDomain = (metered: readonly Metered[]): Metered[] => [
  ...new Map([...metered].reverse().map((one) => [domainOf(one), one])).values(),
];

/** Reads clock domains through a driver and a meter. */
export function portsReader(
  { driver, meter }: { readonly driver: ClockDriver; readonly meter: PowerMeter },
  instances: readonly (LaunchedInstance | Metered)[],
): MeterReader {
  const all = onePerDomain(instances).reverse();
  return {
    scope: 'gpu',
    read: () => Promise.all(all.map((one) => look(driver, meter, one))),
    async method() {
      const { source, uncertaintyPct } = await meter.read(domainOf(all[0]!));
      return { method: source, uncertaintyPct };
    },
  };
}
