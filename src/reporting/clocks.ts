import type { AuditEntry, CustodyStatus, DeviceStatus, LeaseStatus, RestoreReport } from '../domain/custody.ts';
import { counted, MISSING, number } from './format.ts';
import { alignedTable } from './table.ts';

const MS_PER_S = 1000;
const HEADING = ['DEVICE', 'STATE', 'HOLDER', 'CLOCK', 'LOCK', 'EXPIRES', 'POWER'];
const TEXT_COLUMNS = 3;
/** Of an id: as nvidia-smi -L shows it, one knows it by its beginning. */
const ID_CHARACTERS = 16;

const shortId = (id: string): string => (id.length <= ID_CHARACTERS ? id : `${id.slice(0, ID_CHARACTERS)}…`);

const nameOf = ({ info }: DeviceStatus): string => `${info.family}:${info.index} ${shortId(info.id)}`;

const powerOf = ({ reading }: DeviceStatus): number | null => reading?.instantW ?? reading?.averageW ?? null;

const rowOf = (device: DeviceStatus, lease: LeaseStatus | undefined): string[] => [
  nameOf(device),
  device.state,
  device.holder === null ? '-' : `${device.holder} (${device.domain ?? MISSING})`,
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
          status.devices.map((device) => rowOf(device, leaseOf(device))),
          TEXT_COLUMNS,
        );
  const problems = status.devices.flatMap((device) => (device.problem === null ? [] : [`${nameOf(device)}: ${device.problem}`]));
  const others = [...status.managers.map((manager) => `also sets clocks here: ${manager}`), ...status.warnings];
  return [headOf(status), ...table, ...problems, ...others].join('\n');
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

const byWhom = ({ identity, holder }: AuditEntry): string => ` by ${holder === undefined ? identity : `${holder}, ${identity}`}`;

/** One thing that has happened, in a line. */
export const eventLine = (entry: AuditEntry): string => `${[entry.verb, ...detailsOf(entry)].join(' ')}${byWhom(entry)}`;
