import { VoltanaError } from '../../domain/errors.ts';
import type { EngineFacts, EngineLimits } from '../../domain/engine-facts.ts';
import { domainOf, type ClockDomainId, type LaunchedInstance } from '../../domain/instance.ts';
import type { FittedCards, RecordedProfile } from '../../domain/profile.ts';
import type { ClockDriver } from '../../ports/clock-driver.ts';
import type { EngineProbe } from '../../ports/engine.ts';
import type { PowerMeter } from '../../ports/power-meter.ts';
import { kvCapacityTokens } from '../../prediction/analytic/device.ts';
import { boundedClocks } from '../serving/fleet.ts';
import { gridClocks } from './designs/grid.ts';
import { toldSpace } from './designs/told-loads.ts';
import type { ProfileGround } from './ground.ts';
import type { ProfileJournal } from './journal.ts';
import type { RealProfileOptions } from './options.ts';
import { realProvenance, type FoundInstance } from './real-provenance.ts';
import { checkListed } from './request.ts';
import { onLaunched, profileOn, type LaunchPorts, type ProfileRun, type Session } from './run.ts';
import { STAND_IN_MHZ } from './unseen.ts';

/** Whoever drives and meters the instances' devices. */
export interface RealClocks {
  readonly driver: ClockDriver;
  /** Null where the devices tell nothing of their energy. */
  readonly meter: PowerMeter | null;
  /** The devices of a domain for the fingerprint, and by which driver they are driven. */
  identity(domain: ClockDomainId): Promise<{ readonly devices: string; readonly driver: string }>;
  close(): Promise<void>;
}

export interface RealPorts extends LaunchPorts {
  readonly probe: EngineProbe & { facts(instance: LaunchedInstance): Promise<EngineFacts> };
  /** Null where no agent is named. */
  readonly clocksFor: (instances: readonly LaunchedInstance[]) => Promise<RealClocks | null>;
  /** What was measured is kept from here on. */
  readonly openJournal: (ground: ProfileGround) => Promise<ProfileJournal>;
}

export type RealRun = Omit<ProfileRun, 'ground' | 'journal'> & { readonly options: RealProfileOptions };

/** Clocks that all the domains accept, within the cluster file's bounds. */
async function supportedBy(driver: ClockDriver, domains: readonly ClockDomainId[], { cluster, clocksMhz }: RealProfileOptions) {
  const tables = await Promise.all(domains.map((domain) => driver.supportedMhz(domain)));
  const common = (tables[0] ?? []).map(Number).filter((mhz) => tables.every((table) => table.some((other) => other === mhz)));
  if (common.length === 0)
    throw new VoltanaError('NOT_SUPPORTED', `the devices of ${domains.join(', ')} have no clock in common that could be locked`, {
      hint: 'Profile instances on devices of one kind together, or without control.agents.',
    });
  const bounded = boundedClocks(common, cluster.control);
  if (clocksMhz !== null) checkListed(clocksMhz, common, bounded);
  return clocksMhz ?? bounded;
}

/** A driver that cannot meter says so when it is asked first. */
async function meterThatTells(meter: PowerMeter | null, domains: readonly ClockDomainId[]): Promise<PowerMeter | null> {
  try {
    if (meter) await Promise.all(domains.map((domain) => meter.read(domain)));
    return meter;
  } catch (error) {
    if (error instanceof VoltanaError && error.code === 'NOT_SUPPORTED') return null;
    throw error;
  }
}

/** Its own word counts; a card knows how much memory there is for KV, where the engine does not say. */
function limitsOf(facts: EngineFacts, cards: FittedCards | null, tp: number): EngineLimits {
  const { kvTokens } = facts;
  return { ...facts, kvTokens: kvTokens ?? (cards ? kvCapacityTokens(cards.gpu, cards.model, cards.engine, tp) : null) };
}

interface Found {
  readonly ground: ProfileGround;
  readonly driver: ClockDriver | null;
  readonly meter: PowerMeter | null;
}

/** Asks engines and agents for what nobody knows beforehand. */
async function find({ probe }: RealPorts, clocks: RealClocks | null, instances: readonly LaunchedInstance[], options: RealProfileOptions) {
  const { cluster, cards, budgetGpuS, targetPct, seed } = options;
  const domains = [...new Set(instances.map(domainOf))];
  const identities = new Map(await Promise.all(domains.map(async (domain) => [domain, await clocks?.identity(domain)] as const)));
  const found = await Promise.all(
    instances.map(async (instance): Promise<FoundInstance> => {
      const devices = identities.get(domainOf(instance))?.devices ?? null;
      return { id: instance.id, role: instance.role, devices, facts: await probe.facts(instance) };
    }),
  );
  const clocksMhz = clocks ? await supportedBy(clocks.driver, domains, options) : [STAND_IN_MHZ];
  const drivers = [...new Set([...identities.values()].flatMap((identity) => identity?.driver ?? []))];
  const factsOf = (id: string): EngineFacts => found.find((one) => one.id === id)!.facts;
  const ground: ProfileGround = {
    provenance: realProvenance(cluster, found, clocks === null ? null : drivers.join(' and ')),
    // The physics of a card is of clocks.
    cards: clocks === null ? null : cards,
    instances,
    clocksMhz,
    gridClocksMhz: clocks !== null && options.clocksMhz !== null ? options.clocksMhz : gridClocks(clocksMhz),
    spaceOf: ({ id, role }) => toldSpace(role, limitsOf(factsOf(id), cards, cluster.tp)),
    budgetGpuS,
    targetPct,
    seed,
    virtualTime: false,
  };
  return { ground, driver: clocks?.driver ?? null, meter: await meterThatTells(clocks?.meter ?? null, domains) } satisfies Found;
}

/** In the order asked for. */
const asked = ({ instances }: RealProfileOptions, launched: readonly LaunchedInstance[]): LaunchedInstance[] =>
  instances.map(({ id }) => launched.find((one) => one.id === id)!);

/**
 * Starts or finds the engines, takes the clocks of their devices where an agent lends them, and measures. Without one, at the clock that holds.
 * @throws VoltanaError of the launcher, of the agents, LOCK_FAILED, ENGINE_FAILED; the signal's reason
 */
export const profileReal = (ports: RealPorts, { options, ...run }: RealRun): Promise<RecordedProfile> =>
  onLaunched(ports, run.signal, async ({ instances: launched, signal, closing }: Session) => {
    const instances = asked(options, launched);
    const clocks = await ports.clocksFor(instances);
    if (clocks) closing(() => clocks.close());
    const { ground, driver, meter } = await find(ports, clocks, instances, options);
    const journal = await ports.openJournal(ground);
    const { probe, time } = ports;
    return profileOn({ driver, meter, probe, time }, instances, { ...run, ground, journal, signal });
  });
