import type { DeviceEvent, DeviceInfo, DeviceReading } from '../../../domain/device.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import { joules, megahertz } from '../../../domain/units.ts';
import type { Devices } from '../../../ports/devices.ts';
import { sysfsFiles, type SysfsFiles } from '../sysfs/files.ts';
import { deviceError } from '../sysfs/failures.ts';
import { knownIds } from '../sysfs/known-ids.ts';
import { lookAtNumber } from '../sysfs/look.ts';
import { serially } from '../sysfs/serially.ts';
import { readBefore, writeBefore } from './before.ts';
import { limitsOf, lockPackage, restorePackage, type PackageLimits } from './limits.ts';
import { lookAtMachine, noDriver, type Machine } from './machine.ts';
import { clocksOf, onlineCpus, type CpuPackage } from './policies.ts';
import { raplCounters } from './rapl.ts';
import { temperatureC, throttleCount } from './thermal.ts';

export interface CpufreqOptions {
  /** Where sys and proc are; '/' unless told. */
  readonly root?: string;
  readonly files?: SysfsFiles;
  /** The clock of readings, ms that never fall. */
  readonly nowMs?: () => number;
}

const KHZ_PER_MHZ = 1000;

const assertListed = (id: string, clockMhz: number, clocks: readonly number[]): void => {
  if (clocks.includes(clockMhz)) return;
  const [least, most] = [clocks[0]!, clocks.at(-1)!];
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `${id} has no clock of ${clockMhz} MHz: ${clocks.length} from ${least} to ${most} MHz`);
};

const infoOf = async (files: SysfsFiles, cpu: CpuPackage, { names, zones, kernel }: Machine): Promise<DeviceInfo> => {
  const metered = zones.some(({ packageId }) => packageId === cpu.packageId);
  const counts = (await throttleCount(files, cpu)) !== null;
  const driver = cpu.policies[0]!.driver;
  return {
    id: cpu.id,
    family: 'cpufreq',
    index: cpu.index,
    name: names.get(cpu.packageId) ?? `CPU package ${cpu.packageId}`,
    pciAddress: null,
    supportedMhz: clocksOf(cpu).map(megahertz),
    supportedMemoryMhz: [],
    powerLimits: null,
    driverVersion: [driver ?? 'cpufreq', ...(kernel === null ? [] : [`Linux ${kernel}`])].join(', '),
    vbios: null,
    persistence: null,
    // Without the right to read RAPL there is no energy counter: only root may, so the agent has one.
    capabilities: ['lock', ...(metered ? ['energy-counter' as const] : []), ...(counts ? ['limit-reasons' as const] : [])],
  };
};

/** The slowest processor sets the latency of what runs on all. One that idles counts too: it would start as slowly. */
const slowestMhz = async (files: SysfsFiles, { id, policies }: CpuPackage): Promise<number> => {
  const all = await Promise.all(policies.map(({ folder }) => lookAtNumber(files, `${folder}/scaling_cur_freq`)));
  const told = all.filter((khz): khz is number => khz !== null && khz > 0);
  if (told.length === 0)
    throw new VoltanaError('DEVICE_FAILED', `${id} tells no clock: its processors went offline, or its driver is being changed`);
  return Math.round(Math.min(...told) / KHZ_PER_MHZ);
};

class Processors {
  readonly #files: SysfsFiles;
  readonly #nowMs: () => number;
  readonly #known = knownIds();
  readonly #counters;
  readonly #throttles = new Map<string, number>();
  /** What our lock of a package has set. */
  readonly #locked = new Map<string, PackageLimits>();
  readonly inTurn = serially();
  #machine: Machine | null = null;

  constructor({ root = '/', files = sysfsFiles(root), nowMs = () => performance.now() }: CpufreqOptions) {
    this.#files = files;
    this.#nowMs = nowMs;
    this.#counters = raplCounters(files);
  }

  async #scan(): Promise<Machine> {
    const machine = await lookAtMachine(this.#files);
    if (machine.packages.length === 0 && !this.#known.any()) throw noDriver(machine);
    return (this.#machine = machine);
  }

  /** Looks anew only when processors have gone on- or offline, or their policies have changed. */
  async #current(): Promise<Machine> {
    const kept = this.#machine;
    const same = kept !== null && kept.online === (await onlineCpus(this.#files)) && (await this.#answer(kept.packages));
    return same ? kept : this.#scan();
  }

  async #answer(packages: readonly CpuPackage[]): Promise<boolean> {
    const found = await Promise.all(packages.map(({ policies }) => lookAtNumber(this.#files, `${policies[0]!.folder}/cpuinfo_max_freq`)));
    return found.every((khz) => khz !== null);
  }

  async #present(id: string): Promise<{ readonly machine: Machine; readonly cpu: CpuPackage }> {
    const machine = await this.#current();
    return { machine, cpu: this.#known.find(id, machine.packages) };
  }

  async list(): Promise<readonly DeviceInfo[]> {
    const machine = await this.#scan();
    if (machine.packages.length === 0) throw noDriver(machine);
    this.#known.seen(machine.packages);
    return Promise.all(machine.packages.map((cpu) => infoOf(this.#files, cpu, machine)));
  }

  async read(id: string): Promise<DeviceReading> {
    const { machine, cpu } = await this.#present(id);
    try {
      return await this.#read(cpu, machine);
    } catch (error) {
      this.#machine = null;
      throw deviceError(error, id, `/${cpu.policies[0]!.folder}`);
    }
  }

  async #read(cpu: CpuPackage, { zones, sensors }: Machine): Promise<DeviceReading> {
    const atMs = this.#nowMs();
    const [smMhz, counterJ, degrees, hot] = await Promise.all([
      slowestMhz(this.#files, cpu),
      // In turn: of two looks the older one would seem to be a counter that has come round.
      this.inTurn(`energy of ${cpu.id}`, () => this.#counters.energyJ(cpu.packageId, zones, this.#nowMs())),
      temperatureC(this.#files, sensors.get(cpu.packageId)),
      this.#throttled(cpu),
    ]);
    return {
      id: cpu.id,
      atMs,
      smMhz: megahertz(smMhz),
      memoryMhz: null,
      instantW: null,
      averageW: null,
      counterJ: counterJ === null ? null : joules(counterJ),
      temperatureC: degrees,
      limits: hot ? ['thermal'] : [],
    };
  }

  async #throttled(cpu: CpuPackage): Promise<boolean> {
    const count = await throttleCount(this.#files, cpu);
    const earlier = this.#throttles.get(cpu.id);
    if (count !== null) this.#throttles.set(cpu.id, count);
    return count !== null && earlier !== undefined && count > earlier;
  }

  async users(id: string) {
    const { machine } = await this.#present(id);
    return { processes: null, partitioned: false, mps: false, virtual: machine.guest };
  }

  async before(id: string): Promise<string> {
    const { cpu } = await this.#present(id);
    return writeBefore(await limitsOf(this.#files, cpu));
  }

  async lock(id: string, clockMhz: number): Promise<void> {
    const { cpu } = await this.#present(id);
    assertListed(id, clockMhz, clocksOf(cpu));
    await lockPackage(this.#files, cpu, clockMhz);
    this.#locked.set(id, await limitsOf(this.#files, cpu));
  }

  async refuse(id: string, what: string): Promise<never> {
    await this.#present(id);
    throw new VoltanaError('NOT_SUPPORTED', `${id}: cpufreq ${what}`);
  }

  async restore(id: string, text: string | null): Promise<void> {
    const { cpu } = await this.#present(id);
    let foreign: unknown = null;
    let before: PackageLimits = {};
    try {
      before = text === null ? {} : readBefore(id, text);
    } catch (error) {
      foreign = error;
    }
    await restorePackage(this.#files, cpu, before);
    this.#locked.delete(id);
    if (foreign !== null) throw foreign as VoltanaError;
  }

  async events(): Promise<readonly DeviceEvent[]> {
    if (!this.#known.any()) return [];
    const { packages } = await this.#current();
    const lost = this.#known.missing(packages).map((id) => ({ id, what: 'lost' as const, detail: 'its processors are offline' }));
    const dropped = packages.map((cpu) => this.inTurn(cpu.id, () => this.#droppedLock(cpu)));
    return [...lost, ...(await Promise.all(dropped)).flat()];
  }

  /** Processors that came online, a driver loaded anew, or somebody else: a limit stands above the one that we have set. */
  async #droppedLock(cpu: CpuPackage): Promise<DeviceEvent[]> {
    const ours = this.#locked.get(cpu.id);
    if (ours === undefined) return [];
    const present = await limitsOf(this.#files, cpu);
    const higher = Object.entries(present).filter(([name, { maxKhz }]) => maxKhz > (ours[name]?.maxKhz ?? 0));
    if (higher.length === 0) return [];
    this.#locked.delete(cpu.id);
    const detail = `${higher[0]![0]} may go up to ${higher[0]![1].maxKhz} kHz: the lock is gone for ${higher.length} of its policies`;
    return [{ id: cpu.id, what: 'reset', detail }];
  }

  async close(): Promise<void> {
    this.#machine = null;
  }
}

/**
 * The processors of each socket through the kernel's cpufreq files. A lock is the upper limit of every processor of the
 * package; with a driver that takes any clock (intel_pstate, amd-pstate) in steps of 100 MHz. Nothing is kept open.
 */
export const createCpufreqDevices = (options: CpufreqOptions = {}): Devices => {
  const processors = new Processors(options);
  return {
    family: 'cpufreq',
    list: () => processors.list(),
    read: (id) => processors.read(id),
    users: (id) => processors.users(id),
    before: (id) => processors.inTurn(id, () => processors.before(id)),
    lock: (id, clockMhz) => processors.inTurn(id, () => processors.lock(id, clockMhz)),
    lockMemory: (id) => processors.refuse(id, 'drives no memory clocks'),
    limitPower: (id) => processors.refuse(id, 'sets no power limits'),
    restore: (id, before) => processors.inTurn(id, () => processors.restore(id, before)),
    events: () => processors.events(),
    close: () => processors.close(),
  };
};
