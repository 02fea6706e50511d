import { clockProblem, type GpuCard } from '../../../domain/cards.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { InstanceEndpoints } from '../../../domain/instance.ts';
import { validateEngine, validateGpu, validateModel } from '../../../schemas/compiled/validators.js';
import type { EngineRole } from '../../../domain/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { startEmulatedServers, type EmulatedServers } from './server.ts';
import { DIALECTS, machineRole, PROTOCOLS, type DialectKind, type EngineSpec } from './spec.ts';

/** What the process of an emulated instance is told on its first line. Ports: 0 or left out takes a free one. */
export interface InstanceProcessSpec extends EngineSpec {
  readonly host?: string;
  readonly port?: number;
  readonly bootstrapPort?: number;
  /** Another name for the same: vLLM's side channel. */
  readonly sidePort?: number;
  readonly controlPort?: number;
}

export type CreateMachine = (spec: EmulatedInstanceSpec<EngineRole>, startMs: number) => EmulatedInstance;

const LOOPBACK = '127.0.0.1';

const ROLES: readonly EngineRole[] = ['prefill', 'decode', 'aggregated'];
const CRASHED = 139;
const MAX_PORT = 65_535;
const isPort = (value: unknown): boolean =>
  value === undefined || (Number.isInteger(value) && (value as number) >= 0 && (value as number) <= MAX_PORT);

/** What a spec must have, each with how it is told. */
const NEEDS: readonly (readonly [key: keyof InstanceProcessSpec, holds: (value: unknown) => boolean, what: string])[] = [
  ['id', (id) => typeof id === 'string', 'a text'],
  ['role', (role) => ROLES.includes(role as EngineRole), 'prefill, decode or aggregated'],
  ['gpu', (card) => validateGpu(card) && clockProblem((card as GpuCard).clock) === null, 'a GPU card'],
  ['model', (card) => validateModel(card), 'a model card'],
  ['engine', (card) => validateEngine(card), 'an engine card'],
  ['tp', (tp) => Number.isSafeInteger(tp) && (tp as number) > 0, 'a number of GPUs'],
  ['seed', Number.isSafeInteger, 'a whole number'],
  ['host', (host) => host === undefined || typeof host === 'string', 'an address'],
  ['port', isPort, 'a port'],
  ['bootstrapPort', isPort, 'a port'],
  ['sidePort', isPort, 'a port'],
  ['controlPort', isPort, 'a port'],
  ['dialect', (dialect) => dialect === undefined || DIALECTS.includes(dialect as DialectKind), DIALECTS.join(', ')],
  ['servedModel', (name) => name === undefined || typeof name === 'string', 'a name'],
  ['kvLeaseMs', (lease) => lease === undefined || (typeof lease === 'number' && lease > 0), 'a number of milliseconds'],
];

/** What a dialect cannot be asked for. */
const checkDialect = ({ dialect = 'sglang', protocol, role }: InstanceProcessSpec): void => {
  const known = PROTOCOLS[dialect];
  if (protocol !== undefined && !known.includes(protocol)) {
    throw new VoltanaError(
      'BAD_VALUE',
      `an emulated ${dialect} engine knows ${known.length === 0 ? 'no "protocol"' : `the protocols ${known.join(', ')}`}`,
    );
  }
  if (dialect === 'openai' && role !== 'aggregated')
    throw new VoltanaError('BAD_VALUE', 'an emulated openai engine has the role aggregated');
  if (dialect === 'trtllm' && role === 'aggregated') throw new VoltanaError('BAD_VALUE', 'an emulated trtllm engine is prefill or decode');
};

/** An emulated instance may be started by hand too. */
const check = (spec: unknown): InstanceProcessSpec => {
  const fields = (spec ?? {}) as InstanceProcessSpec;
  for (const [key, holds, what] of NEEDS) {
    if (!holds(fields[key])) throw new VoltanaError('BAD_VALUE', `the spec of an emulated instance needs "${key}": ${what}`);
  }
  checkDialect(fields);
  return fields;
};

/** From a process's spec line to its servers. @throws VoltanaError PORT_TAKEN or BAD_VALUE */
export const serveInstance = async (
  line: unknown,
  createMachine: CreateMachine,
  time: Time,
): Promise<{ readonly ready: InstanceEndpoints; close: EmulatedServers['close'] }> => {
  const spec = check(line);
  const { host = LOOPBACK, port = 0, controlPort = 0 } = spec;
  // 0 is a free one, so the other name may still say which.
  const bootstrapPort = spec.bootstrapPort || spec.sidePort || 0;
  const machine = createMachine({ ...spec, role: machineRole(spec) }, time.nowMs());
  const crash = (): never => process.exit(CRASHED);
  const servers = await startEmulatedServers({ spec, machine, time, host, port, bootstrapPort, controlPort, crash });
  return { ready: servers.endpoints, close: servers.close };
};
