import type { ClockLease } from '../domain/clock.ts';
import type { DomainReading, LeaseClaim } from '../domain/custody.ts';
import { VoltanaError } from '../domain/errors.ts';
import type { ClockDomainId } from '../domain/instance.ts';
import type { ClockCustodian } from '../ports/clock-custodian.ts';
import type { ClockDriver } from '../ports/clock-driver.ts';
import type { MeterSampling, PowerMeter } from '../ports/power-meter.ts';
import type { Time } from '../ports/time.ts';

/** Where a domain's devices are. */
export interface DomainPlace {
  /** Of the node that they are in. */
  readonly custodian: ClockCustodian;
  /** As that custodian knows them. Never empty. */
  readonly devices: readonly string[];
  /** The engine's processes there, with all their children: needed where a device is shared. */
  readonly pids?: readonly number[];
}

export interface CustodyDriverOptions {
  readonly time: Time;
  /** Who asks, where the custodian cannot see for itself. */
  readonly identity: string;
}

/** Sensors are refreshed ten times a second and sampled five times; over less than this a slope is noise. */
const SAMPLING: MeterSampling = { refreshMs: 200, leastWindowMs: 5000 };

/** Domains on any number of nodes behind one driver. It keeps the keys of its leases to itself. */
class CustodyDomains {
  readonly #places: ReadonlyMap<ClockDomainId, DomainPlace>;
  readonly #options: CustodyDriverOptions;
  readonly #claims = new Map<ClockDomainId, LeaseClaim>();

  constructor(places: ReadonlyMap<ClockDomainId, DomainPlace>, options: CustodyDriverOptions) {
    this.#places = places;
    this.#options = options;
  }

  /** @throws VoltanaError UNKNOWN_ID */
  place(domain: ClockDomainId): DomainPlace {
    const place = this.#places.get(domain);
    if (place !== undefined) return place;
    throw new VoltanaError('UNKNOWN_ID', `there is no clock domain "${domain}" (there are: ${[...this.#places.keys()].join(', ')})`);
  }

  async acquire(domain: ClockDomainId, holder: string, ttlMs: number): Promise<ClockLease> {
    const { custodian, devices, pids } = this.place(domain);
    const { identity } = this.#options;
    const grant = await custodian.acquire({ domain, devices, holder, ttlMs, identity, ...(pids === undefined ? {} : { pids }) });
    this.#claims.set(domain, { domain, token: grant.token, key: grant.key });
    return { domain, token: grant.token, ttlMs: grant.ttlMs };
  }

  /** @throws VoltanaError LEASE_LOST for an older lease than the last one: its key is forgotten */
  claim(lease: ClockLease): LeaseClaim {
    const claim = this.claimOrNull(lease);
    if (claim !== null) return claim;
    throw new VoltanaError('LEASE_LOST', `the lease of the clocks of ${lease.domain} was taken over by a newer one, or never given`);
  }

  claimOrNull({ domain, token }: ClockLease): LeaseClaim | null {
    const claim = this.#claims.get(domain);
    return claim?.token === token ? claim : null;
  }

  async release(lease: ClockLease): Promise<void> {
    const { custodian } = this.place(lease.domain);
    const claim = this.claimOrNull(lease);
    // The key stays: a release that failed on its way can be repeated.
    if (claim !== null) await custodian.release(claim);
  }

  /** A moment on another node's clock lies between question and answer, whatever its translation says. */
  async timed(work: () => Promise<DomainReading>): Promise<DomainReading> {
    const { time } = this.#options;
    const askedMs = time.nowMs();
    const { clock, energy, spreadMhz } = await work();
    const answeredMs = time.nowMs();
    const within = (atMs: number): number => Math.min(Math.max(atMs, askedMs), answeredMs);
    return {
      clock: { ...clock, atMs: within(clock.atMs) },
      energy: energy === null ? null : { ...energy, atMs: within(energy.atMs) },
      spreadMhz,
    };
  }

  read(domain: ClockDomainId): Promise<DomainReading> {
    return this.timed(async () => {
      const { custodian, devices } = this.place(domain);
      return custodian.read(devices);
    });
  }
}

const driverOf = (domains: CustodyDomains): ClockDriver => ({
  async supportedMhz(domain) {
    const { custodian, devices } = domains.place(domain);
    return custodian.supportedMhz(devices);
  },
  acquire: (domain, holder, ttlMs) => domains.acquire(domain, holder, ttlMs),
  async renew(lease) {
    await domains.place(lease.domain).custodian.renew(domains.claim(lease));
  },
  async lock(lease, clockMhz) {
    const { custodian } = domains.place(lease.domain);
    const claim = domains.claim(lease);
    const { clock } = await domains.timed(() => custodian.lock(claim, clockMhz));
    return { domain: lease.domain, ...clock };
  },
  async read(domain) {
    return { domain, ...(await domains.read(domain)).clock };
  },
  async limitPower(lease, powerW) {
    await domains.place(lease.domain).custodian.limitPower(domains.claim(lease), powerW);
  },
  release: (lease) => domains.release(lease),
});

const meterOf = (domains: CustodyDomains): PowerMeter => ({
  sampling: SAMPLING,
  async read(domain) {
    const { energy } = await domains.read(domain);
    if (energy !== null) return { domain, ...energy };
    const { devices } = domains.place(domain);
    throw new VoltanaError('NOT_SUPPORTED', `nothing meters the energy of ${domain} (${devices.join(', ')})`);
  },
});

/** The ports that serving and profiling use, over custodians. `places` may grow while it is in use. Throws as those ports say. */
export const clockDriverOf = (
  places: ReadonlyMap<ClockDomainId, DomainPlace>,
  options: CustodyDriverOptions,
): { readonly driver: ClockDriver; readonly meter: PowerMeter } => {
  const domains = new CustodyDomains(places, options);
  return { driver: driverOf(domains), meter: meterOf(domains) };
};
