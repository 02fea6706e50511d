import type { Check, HostFacts } from '../../domain/diagnosis.ts';
import { failure, ok, skipped, warning } from './check.ts';

/** What package.json asks for. */
const LEAST_NODE = [20, 19] as const;
const MIB = 1_048_576;
/** A journal and two audit logs; and what makes an operator look before it is full. */
const LEAST_FREE_BYTES = 64 * MIB;
const LOW_BYTES = 512 * MIB;

function nodeCheck({ nodeVersion }: HostFacts): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const enough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (enough) return ok('machine.node', `Node.js ${nodeVersion}`);
  return failure('machine.node', `Node.js ${nodeVersion} is too old`, `Install Node.js ${LEAST_NODE.join('.')} or newer.`, 3);
}

function diskCheck({ state }: HostFacts): Check {
  const { path, freeBytes } = state;
  if (freeBytes === null) return skipped('machine.disk', `${path} is not there yet: the agent makes it`);
  const finding = `${Math.floor(freeBytes / MIB)} MiB free for journals in ${path}`;
  const fix = `Free some space there (df -h ${path}): what cannot be written down is not locked.`;
  if (freeBytes < LEAST_FREE_BYTES) return failure('machine.disk', finding, fix, 3);
  return freeBytes < LOW_BYTES ? warning('machine.disk', finding, fix) : ok('machine.disk', finding);
}

/** With these drivers "powersave" still follows the load: the processor chooses. */
const SELF_GOVERNED = ['intel_pstate', 'amd-pstate-epp', 'amd_pstate_epp'];

function governorCheck({ cpuGovernors }: HostFacts): Check {
  if (cpuGovernors.length === 0) return skipped('machine.governor', 'this system does not tell how its processors are clocked');
  const slow = cpuGovernors.find(({ governor, driver }) => governor === 'powersave' && !SELF_GOVERNED.includes(driver ?? ''));
  const finding = cpuGovernors
    .map(({ governor, cpus, driver }) => `${cpus} CPUs ${governor}${driver === null ? '' : ` (${driver})`}`)
    .join(', ');
  if (slow === undefined) return ok('machine.governor', finding);
  const fix = 'Gateway and engines wait for slow processors: sudo cpupower frequency-set -g schedutil (or performance).';
  return warning('machine.governor', `processors stay at their lowest clock: ${finding}`, fix);
}

/** Calls of drivers wait on libuv's threads: files and names must not wait behind them. */
const SPARE_THREADS = 4;
const SHIPPED_THREADS = 16;

function threadsCheck({ threadPool }: HostFacts, gpus: number): Check {
  if (gpus === 0) return skipped('machine.threads', 'no GPU to sample here');
  const wanted = gpus + SPARE_THREADS;
  const set = threadPool ?? SHIPPED_THREADS;
  const finding = threadPool === null ? `the agent's unit sets UV_THREADPOOL_SIZE=${SHIPPED_THREADS}` : `UV_THREADPOOL_SIZE=${threadPool}`;
  if (set >= wanted) return ok('machine.threads', `${finding}, and ${gpus} GPUs want ${wanted}`);
  const fix = `Set it where the agent is started: sudo systemctl edit voltana-agent, [Service], Environment=UV_THREADPOOL_SIZE=${wanted}.`;
  return warning('machine.threads', `${finding}, and ${gpus} GPUs want ${wanted}: samples would wait for each other`, fix);
}

export const machineChecks = (facts: HostFacts, gpus: number): Check[] => [
  nodeCheck(facts),
  diskCheck(facts),
  governorCheck(facts),
  threadsCheck(facts, gpus),
];
