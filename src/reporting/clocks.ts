import type { AuditEntry, CustodyStatus, DeviceStatus, LeaseStatus, RestoreReport } from '../domain/custody.ts';
import { counted, number } from './format.ts';
import { alignedTable } from './table.ts';

const MS_PER_S = 1000;
const HEADING = ['DEVICE', 'STATE', 'DOMAIN', 'CLOCK', 'LOCK', 'EXPIRES', 'POWER'];
const TEXT_COLUMNS = 3;
/** Of an id: as nvidia-smi -L shows it, one knows it by its beginning. */
const ID_CHARACTERS = 16;

const shortId = (id: string): string => (id.length <= ID_CHARACTERS ? id : `${id.slice(0, ID_CHARACTERS)}…`);

/** A run's id is 36 characters long; its beginning tells runs apart. */
const shortHolder = (holder: string): string => holder.replace(/\b([0-9a-f]{8})(-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, '$1…');

const nameOf = ({ info }: DeviceStatus): string => `${info.family}:${info.index} ${shortId(info.id)}`;

const powerOf = ({ reading }: DeviceStatus): number | null => reading?.instantW ?? reading?.averageW ?? null;

const rowOf = (device: DeviceStatus, lease: LeaseStatus | undefined, draining: boolean): string[] => [
  nameOf(device),
  draining && device.state === 'free' ? 'drained' : device.state,
  device.domain ?? '-',
  number(device.reading?.smMhz ?? null, 0, 'MHz'),
  device.lockedMhz === null ? '-' : number(device.lockedMhz, 0, 'MHz'),
  lease === undefined ? '-' : number(lease.expiresInMs / MS_PER_S, 1, 's'),
  number(powerOf(device), 0, 'W'),
];

const headOf = ({ node, draining, devices, leases }: CustodyStatus): string =>
  `${node}: ${counted(devices.length, 'device')}, ${counted(leases.length, 'lease')}${draining ? ', draining: takes no lease until voltana clocks restore --resume' : ''}`;

/** What is locked, and by whom. */
export const renderClocks = (status: CustodyStatus): string => {
  const leaseOf = ({ info }: DeviceStatus): LeaseStatus | undefined => status.leases.find(({ devices }) => devices.includes(info.id));
  const table =
    status.devices.length === 0
      ? []
      : alignedTable(
          HEADING,
          status.devices.map((device) => rowOf(device, leaseOf(device), status.draining)),
          TEXT_COLUMNS,
        );
  const holders = [...new Set(status.leases.map(({ holder }) => holder))].map((holder) => {
    const domains = status.leases.filter((lease) => lease.holder === holder).map(({ domain }) => domain);
    return `${domains.join(', ')}: held by ${shortHolder(holder)}`;
  });
  const problems = status.devices.flatMap((device) => (device.problem === null ? [] : [`${nameOf(device)}: ${device.problem}`]));
  const others = [...status.managers.map((manager) => `also sets clocks here: ${manager}`), ...status.warnings];
  return [headOf(status), ...table, ...holders, ...problems, ...others].join('\n');
};

/**
 * What an agent that starts says of its devices: what it lends, what not and why.
 * @param strangers names in its configuration that mean none of them
 */
export const lentLines = (
  { devices, managers, warnings }: CustodyStatus,
  strangers: readonly string[],
): readonly { readonly text: string; readonly level: 'info' | 'warn' }[] => {
  const lent = devices.filter(({ state }) => state !== 'refused' && state !== 'ceded');
  const told = [
    ...devices
      .filter((device) => !lent.includes(device))
      .map((device) => `${nameOf(device)} is not lent: ${device.problem ?? device.state}`),
    ...strangers.map((name) => `devices names ${JSON.stringify(name)}, and there is no such device here`),
    ...managers.map((manager) => `also sets clocks here: ${manager}`),
    ...warnings,
    ...(lent.length === 0 ? ['no clock can be lent: voltana doctor tells what is missing'] : []),
  ];
  return [
    { text: `lends ${lent.length} of ${counted(devices.length, 'device')}`, level: 'info' },
    ...told.map((text) => ({ text, level: 'warn' as const })),
  ];
};

/** What `--json` prints: the same, whole. */
export const clocksDocument = (address: string, status: CustodyStatus): object => ({
  schemaVersion: 1,
  kind: 'clocks',
  agent: address,
  ...status,
});

/** What `clocks restore` did. */
export const renderRestored = ({ restored, failed }: RestoreReport): string =>
  [
    restored.length === 0 ? 'nothing was to be given back' : `given back: ${restored.join(', ')}`,
    ...failed.map(({ id, problem }) => `not given back: ${id}: ${problem}`),
  ].join('\n');

export const restoredDocument = (did: string, report: RestoreReport | null): object => ({
  schemaVersion: 1,
  kind: 'clocks-restored',
  did,
  restored: report?.restored ?? [],
  failed: report?.failed ?? [],
});

const detailsOf = ({ domain, devices, clockMhz, powerW, detail }: AuditEntry): string[] => [
  ...(domain === undefined ? [] : [domain]),
  ...(clockMhz === undefined ? [] : [`${clockMhz} MHz`]),
  ...(powerW === undefined ? [] : [`${powerW} W`]),
  ...(devices === undefined || devices.length === 0 ? [] : [`on ${devices.map(shortId).join(', ')}`]),
  ...(detail === undefined ? [] : [`(${detail})`]),
];

const byWhom = ({ identity, holder }: AuditEntry): string =>
  ` by ${holder === undefined ? identity : `${shortHolder(holder)}, ${identity}`}`;

/** One thing that has happened, in a line. */
export const eventLine = (entry: AuditEntry): string => `${[entry.verb, ...detailsOf(entry)].join(' ')}${byWhom(entry)}`;
