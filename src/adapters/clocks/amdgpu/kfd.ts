import type { DeviceProcess } from '../../../domain/device.ts';
import type { SysfsFiles } from '../sysfs/files.ts';
import { lookAt, lookAtNumber, lookInto, wholeNumber } from '../sysfs/look.ts';

const NODES = 'sys/class/kfd/kfd/topology/nodes';
const PROCESSES = 'sys/class/kfd/kfd/proc';

/** A part of a card as the compute driver sees it; a card cut into partitions has several. */
export interface ComputeNode {
  readonly gpuId: string;
  /** The fastest clock of its table, whatever is locked now; null where it does not tell. */
  readonly mostMhz: number | null;
}

const PCI = /^([0-9a-f]{4,8}):([0-9a-f]{2}):([0-9a-f]{2})\.[0-7]$/i;
/** Bus and device: partitions of one card differ in the function number. */
const DEVICE_BITS = 0xfff8;

const propertiesOf = (text: string): ReadonlyMap<string, number | null> =>
  new Map(text.split('\n').map((line) => [line.split(' ')[0]!, wholeNumber(line.split(' ')[1] ?? null)]));

const sitsAt = (properties: ReadonlyMap<string, number | null>, pciAddress: string): boolean => {
  const found = PCI.exec(pciAddress);
  const location = properties.get('location_id') ?? null;
  if (found === null || location === null) return false;
  const [domain, bus, device] = found.slice(1).map((part) => parseInt(part, 16));
  return (properties.get('domain') ?? 0) === domain && (location & DEVICE_BITS) === ((bus! << 8) | (device! << 3));
};

const nodeAt = async (files: SysfsFiles, folder: string, pciAddress: string): Promise<ComputeNode[]> => {
  const [gpuId, properties] = await Promise.all([lookAt(files, `${folder}/gpu_id`), lookAt(files, `${folder}/properties`)]);
  // Processors are nodes too; their gpu_id is 0.
  if (gpuId === null || gpuId === '0' || properties === null) return [];
  const told = propertiesOf(properties);
  return sitsAt(told, pciAddress) ? [{ gpuId, mostMhz: told.get('max_engine_clk_fcompute') || null }] : [];
};

/** Empty where the compute driver (kfd) is not there. */
export const nodesOf = async (files: SysfsFiles, pciAddress: string): Promise<readonly ComputeNode[]> => {
  const names = await lookInto(files, NODES);
  return (await Promise.all(names.map((name) => nodeAt(files, `${NODES}/${name}`, pciAddress)))).flat();
};

const hasQueueOn = async (files: SysfsFiles, folder: string, gpuIds: ReadonlySet<string>): Promise<boolean> => {
  const queues = await lookInto(files, `${folder}/queues`);
  const ids = await Promise.all(queues.map((queue) => lookAt(files, `${folder}/queues/${queue}/gpuid`)));
  return ids.some((id) => id !== null && gpuIds.has(id));
};

/** A process has a file for every GPU that it has opened, and ROCm opens all: what counts is memory or a queue there. */
const computesOn = async (files: SysfsFiles, folder: string, gpuIds: ReadonlySet<string>): Promise<boolean> => {
  const memory = await Promise.all([...gpuIds].map((id) => lookAtNumber(files, `${folder}/vram_${id}`)));
  return memory.some((bytes) => bytes !== null && bytes > 0) || (await hasQueueOn(files, folder, gpuIds));
};

/** Null where the compute driver does not tell. Names are null for processes of another container. */
export const processesOn = async (files: SysfsFiles, nodes: readonly ComputeNode[]): Promise<readonly DeviceProcess[] | null> => {
  if (nodes.length === 0) return null;
  const gpuIds = new Set(nodes.map(({ gpuId }) => gpuId));
  const pids = (await lookInto(files, PROCESSES)).filter((name) => /^\d+$/.test(name));
  const busy = await Promise.all(pids.map((pid) => computesOn(files, `${PROCESSES}/${pid}`, gpuIds)));
  const found = pids.filter((_, i) => busy[i]);
  return Promise.all(found.map(async (pid) => ({ pid: Number(pid), name: (await lookAt(files, `proc/${pid}/comm`)) || null })));
};
