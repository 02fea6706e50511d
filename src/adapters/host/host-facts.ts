import { statSync } from 'node:fs';
import { readFile, statfs } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import type { HeldDevice } from '../../domain/custody.ts';
import type { AgentProcess, HostFacts, StateFolder } from '../../domain/diagnosis.ts';
import { isAgent } from './managers/daemons.ts';
import { runningPrograms } from './managers/process-list.ts';
import { treeAt, type Tree } from './managers/tree.ts';

/** Where an agent keeps its journal unless its configuration says otherwise. */
const STATE_FOLDER = '/var/lib/voltana';
const JOURNAL = 'journal.json';
const PCI = '/sys/bus/pci/devices';
/** Display and 3D controllers. */
const GPU_CLASS = /^0x030[02]/;
const VENDORS = { nvidia: '0x10de', amd: '0x1002' } as const;
const SYS_ADMIN_BIT = 21n;
const CPUFREQ = '/sys/devices/system/cpu/cpufreq';

const field = (text: string | null, name: string): string | null =>
  new RegExp(`^${name}:\\s*(.+)$`, 'm').exec(text ?? '')?.[1]?.trim() ?? null;

async function gpusOnBus(tree: Tree): Promise<HostFacts['gpusOnBus']> {
  const found = { nvidia: 0, amd: 0 };
  for (const name of await tree.names(PCI)) {
    const [kind, vendor] = [await tree.text(`${PCI}/${name}/class`), await tree.text(`${PCI}/${name}/vendor`)];
    if (!GPU_CLASS.test(kind?.trim() ?? '')) continue;
    if (vendor?.trim() === VENDORS.nvidia) found.nvidia += 1;
    if (vendor?.trim() === VENDORS.amd) found.amd += 1;
  }
  return found;
}

/** "0-3 8" is five processors; the kernel writes them as numbers with spaces or ranges. */
const countIn = (cpus: string): number =>
  cpus
    .split(/[\s,]+/)
    .filter((part) => part !== '')
    .reduce((sum, part) => {
      const [from = 0, to = from] = part.split('-').map(Number);
      return sum + (to - from + 1);
    }, 0);

async function cpuGovernors(tree: Tree): Promise<HostFacts['cpuGovernors']> {
  const found = new Map<string, { governor: string; driver: string | null; cpus: number }>();
  for (const policy of await tree.names(CPUFREQ)) {
    const text = async (file: string): Promise<string | null> => (await tree.text(`${CPUFREQ}/${policy}/${file}`))?.trim() ?? null;
    const [governor, driver, cpus] = [await text('scaling_governor'), await text('scaling_driver'), await text('affected_cpus')];
    if (governor === null) continue;
    const key = `${governor} ${driver}`;
    found.set(key, { governor, driver, cpus: (found.get(key)?.cpus ?? 0) + countIn(cpus ?? '0') });
  }
  return [...found.values()];
}

const isHeld = (value: unknown): value is HeldDevice =>
  typeof value === 'object' && value !== null && typeof (value as HeldDevice).id === 'string';

/** Only looks: setting a damaged journal aside is for the agent that starts next. */
async function heldIn(root: string, folder: string): Promise<StateFolder['held']> {
  let text: string;
  try {
    text = await readFile(join(root, folder, JOURNAL), 'utf8');
  } catch (error) {
    return ['ENOENT', 'ENOTDIR'].includes((error as NodeJS.ErrnoException).code ?? '') ? 'none' : 'unreadable';
  }
  try {
    const { held } = JSON.parse(text) as { held?: unknown };
    return Array.isArray(held) && held.every(isHeld) ? held : 'damaged';
  } catch {
    return 'damaged';
  }
}

/** The module's version line: "NVRM version: NVIDIA UNIX x86_64 Kernel Module  550.54.15  ...". */
const moduleVersion = async (tree: Tree): Promise<string | null> =>
  /Kernel Module\s+(?:for \S+\s+)?([\d.]+)/.exec((await tree.text('/proc/driver/nvidia/version')) ?? '')?.[1] ?? null;

async function agentProcess(tree: Tree): Promise<AgentProcess | null> {
  const agent = (await runningPrograms(tree, [process.pid])).find(({ words }) => isAgent(words));
  if (agent === undefined) return null;
  const status = await tree.text(`/proc/${agent.pid}/status`);
  const uid = Number(field(status, 'Uid')?.split(/\s+/)[1] ?? NaN);
  if (Number.isNaN(uid)) return null;
  return { pid: agent.pid, uid, noNewPrivileges: field(status, 'NoNewPrivs') === '1', filtered: field(status, 'Seccomp') === '2' };
}

async function administers(tree: Tree): Promise<boolean> {
  const capabilities = field(await tree.text('/proc/self/status'), 'CapEff');
  if (capabilities === null) return process.geteuid?.() === 0;
  return ((BigInt(`0x${capabilities}`) >> SYS_ADMIN_BIT) & 1n) === 1n;
}

export interface HostFactsOptions {
  /** Where the machine's files are. */
  readonly root?: string;
  readonly stateFolder?: string;
}

/** What this machine tells of itself. Reads files and runs nothing. */
export async function hostFacts({ root = '/', stateFolder = STATE_FOLDER }: HostFactsOptions = {}): Promise<HostFacts> {
  const tree = treeAt(root);
  const space = await statfs(join(root, stateFolder)).catch(() => null);
  const threads = Number(process.env['UV_THREADPOOL_SIZE'] ?? NaN);
  return {
    node: hostname(),
    nodeVersion: process.versions.node,
    platform: process.platform,
    uid: process.geteuid?.() ?? null,
    // Whose process this is does not depend on where files are looked for.
    administers: await administers(treeAt('/')),
    threadPool: Number.isInteger(threads) ? threads : null,
    nvidiaModule: await moduleVersion(tree),
    gpusOnBus: await gpusOnBus(tree),
    cpuGovernors: await cpuGovernors(tree),
    state: { path: stateFolder, freeBytes: space === null ? null : space.bavail * space.bsize, held: await heldIn(root, stateFolder) },
    agentProcess: await agentProcess(tree),
  };
}

/** The user of a process; null when it is gone. */
export const ownerOf = (pid: number): number | null => {
  try {
    return statSync(`/proc/${pid}`).uid;
  } catch {
    return null;
  }
};
