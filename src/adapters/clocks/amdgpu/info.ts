import type { DeviceCapability, DeviceInfo, DeviceUsers, PowerLimits } from '../../../domain/device.ts';
import { megahertz } from '../../../domain/units.ts';
import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookAtNumber, lookInto } from '../sysfs/look.ts';
import type { Card } from './cards.ts';
import { clocksOf } from './control.ts';
import { readPowerLimits } from './hwmon.ts';
import { nodesOf, processesOn, type ComputeNode } from './kfd.ts';
import { chosable } from './levels.ts';
import { lookAtCard, type Look } from './reading.ts';
import type { CardState } from './state.ts';

/** Instinct drivers refuse memory levels (their *_force_clk_levels); one level is nothing to choose from. */
export const memoryClocksOf = ({ control, mclk }: CardState): readonly number[] => {
  const all = [...new Set(chosable(mclk).map(({ mhz }) => mhz))];
  return (control.kind === 'levels' || control.kind === 'overdrive') && all.length > 1 ? all : [];
};

const nameOf = async (files: SysfsFiles, { device }: Card): Promise<string> => {
  const [product, model] = await Promise.all([lookAt(files, `${device}/product_name`), lookAt(files, `${device}/device`)]);
  // Consumer cards hold no name, and a table of them would be old at once.
  return product || `AMD GPU ${model ?? 'of an unknown model'}`;
};

const driverOf = async (files: SysfsFiles): Promise<string | null> => {
  const [own, kernel] = await Promise.all([lookAt(files, 'sys/module/amdgpu/version'), lookAt(files, 'proc/sys/kernel/osrelease')]);
  // The driver of the kernel itself has no version of its own.
  return own || (kernel === null ? null : `Linux ${kernel}`);
};

interface Facts {
  readonly state: CardState;
  readonly look: Look;
  readonly limits: PowerLimits | null;
  readonly nodes: readonly ComputeNode[];
}

const capabilitiesOf = ({ state, look, limits, nodes }: Facts): readonly DeviceCapability[] => {
  const { sensors, metrics } = look;
  const offered: readonly (readonly [DeviceCapability, boolean])[] = [
    ['lock', state.control.kind !== 'none'],
    ['memory-lock', memoryClocksOf(state).length > 0],
    ['power-limit', limits !== null],
    ['energy-counter', metrics !== null && metrics.counterJ !== null],
    ['instant-power', sensors.instantW !== null],
    ['average-power', sensors.averageW !== null],
    ['processes', nodes.length > 0],
    ['limit-reasons', metrics !== null && (metrics.limits !== null || metrics.residencies !== null)],
  ];
  return offered.filter(([, has]) => has).map(([capability]) => capability);
};

export const infoOf = async (files: SysfsFiles, card: Card, state: CardState, instinct: boolean): Promise<DeviceInfo> => {
  const [look, limits, nodes, name, driverVersion, vbios] = await Promise.all([
    lookAtCard(files, card, instinct),
    card.hwmon === null ? null : readPowerLimits(files, card.hwmon),
    card.pciAddress === null ? [] : nodesOf(files, card.pciAddress),
    nameOf(files, card),
    driverOf(files),
    lookAt(files, `${card.device}/vbios_version`),
  ]);
  return {
    id: card.id,
    family: 'amdgpu',
    index: card.index,
    name,
    pciAddress: card.pciAddress,
    supportedMhz: clocksOf(state.control).map(megahertz),
    supportedMemoryMhz: memoryClocksOf(state).map(megahertz),
    powerLimits: limits,
    driverVersion,
    vbios: vbios || null,
    persistence: null,
    capabilities: capabilitiesOf({ state, look, limits, nodes }),
  };
};

/** A card that is one device (SPX) is whole; every other mode cuts it. Cards that know no modes have no such file. */
const isPartitioned = async (files: SysfsFiles, { device }: Card): Promise<boolean> => {
  const mode = await lookAt(files, `${device}/current_compute_partition`);
  return mode !== null && mode !== '' && mode !== 'SPX';
};

/** A virtual function points to its physical one; a physical one that serves some counts them. */
const isVirtual = async (files: SysfsFiles, { device }: Card): Promise<boolean> =>
  (await lookInto(files, device)).includes('physfn') || ((await lookAtNumber(files, `${device}/sriov_numvfs`)) ?? 0) > 0;

export const usersOf = async (files: SysfsFiles, card: Card): Promise<DeviceUsers> => {
  const nodes = card.pciAddress === null ? [] : await nodesOf(files, card.pciAddress);
  const [processes, partitioned, virtual] = await Promise.all([
    processesOn(files, nodes),
    isPartitioned(files, card),
    isVirtual(files, card),
  ]);
  return { processes, partitioned, mps: false, virtual };
};
