import type { CustodyStatus, DomainReading, LeaseClaim, LeaseGrant, LeaseRequest, RestoreReport } from '../../../domain/custody.ts';
import type { DeviceReading } from '../../../domain/device.ts';
import type { Megahertz } from '../../../domain/units.ts';
import type { ClockCustodian } from '../../../ports/clock-custodian.ts';
import type { Time } from '../../../ports/time.ts';
import { parseAddress } from './address.ts';
import type { AgentCredentials } from './credentials.ts';
import { watchOver } from './watch.ts';
import { AgentWire } from './wire.ts';

export interface AgentCustodianOptions extends AgentCredentials {
  /** `unix:/run/voltana/agent.sock`, or `https://host:port`. */
  readonly address: string;
  readonly time: Pick<Time, 'nowMs'>;
}

export interface AgentCustodian extends ClockCustodian {
  /** As people write it. */
  readonly address: string;
  /** By how many milliseconds our clock is ahead of the agent's, and how far off that may be; null before the first answer. */
  readonly offset: { readonly aheadMs: number; readonly withinMs: number } | null;
  /** Closes the connections; leases run out by themselves. */
  close(): Promise<void>;
}

const claimIn = ({ domain, token, key }: LeaseClaim): LeaseClaim => ({ domain, token, key });

/** Times of an agent's answers, on our clock. */
const translations = (wire: AgentWire) => {
  const moved = <Timed extends { readonly atMs: number }>(timed: Timed): Timed => ({ ...timed, atMs: wire.clock.translate(timed.atMs) });
  const domain = ({ clock, energy, spreadMhz }: DomainReading): DomainReading => ({
    clock: moved(clock),
    energy: energy === null ? null : moved(energy),
    spreadMhz,
  });
  const status = (said: CustodyStatus): CustodyStatus => ({
    ...said,
    devices: said.devices.map((device) => ({ ...device, reading: device.reading === null ? null : moved<DeviceReading>(device.reading) })),
  });
  return { domain, status };
};

/**
 * The custodian of another process, over its socket. Times are on `time`'s clock; who asks is what the transport shows:
 * `identity` is not sent. Throws as the port says, and NO_AGENT when nobody answers, NOT_PERMITTED when the agent may not
 * be asked or believed.
 * @throws VoltanaError BAD_VALUE for an address, FILE_UNREADABLE, FILE_MALFORMED or NOT_PERMITTED for a credential
 */
export const createAgentCustodian = ({ address, time, ...credentials }: AgentCustodianOptions): AgentCustodian => {
  const wire = new AgentWire(parseAddress(address), credentials, time);
  const { domain, status } = translations(wire);
  return {
    address: wire.address,
    get offset() {
      return wire.clock.offset;
    },
    status: async () => status(await wire.ask<CustodyStatus>('status')),
    supportedMhz: (devices) => wire.ask<readonly Megahertz[]>('supported', { devices }),
    acquire: ({ identity: _shown, ...request }: LeaseRequest) => wire.ask<LeaseGrant>('acquire', request),
    renew: async (claim) => void (await wire.ask('renew', claimIn(claim))),
    lock: async (claim, clockMhz) => domain(await wire.ask<DomainReading>('lock', { ...claimIn(claim), clockMhz })),
    limitPower: async (claim, powerW) => void (await wire.ask('limit-power', { ...claimIn(claim), powerW })),
    release: async (claim) => void (await wire.ask('release', claimIn(claim))),
    read: async (devices) => domain(await wire.ask<DomainReading>('read', { devices })),
    watch: (devices, hz, signal) => watchOver(wire, devices, hz, signal),
    restore: (devices) => wire.ask<RestoreReport>('restore', { devices }),
    drain: () => wire.ask<RestoreReport>('drain'),
    resume: async () => void (await wire.ask('resume')),
    close: () => wire.close(),
  };
};
