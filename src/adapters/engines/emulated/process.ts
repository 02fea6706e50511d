import { VoltanaError } from '../../../domain/errors.ts';
import type { InstanceEndpoints } from '../../../domain/instance.ts';
import type { EmulatedInstance, EmulatedInstanceSpec } from '../../../emulation/types.ts';
import type { Time } from '../../../ports/time.ts';
import { startEmulatedServers, type EmulatedServers } from './server.ts';

/** What the process of an emulated instance is told on its first line. Ports: 0 or left out takes a free one. */
export interface InstanceProcessSpec extends EmulatedInstanceSpec {
  readonly host?: string;
  readonly port?: number;
  readonly bootstrapPort?: number;
  readonly controlPort?: number;
}

export type CreateMachine = (spec: EmulatedInstanceSpec, startMs: number) => EmulatedInstance;

const LOOPBACK = '127.0.0.1';

const check = (spec: unknown): InstanceProcessSpec => {
  const { id, role } = (spec ?? {}) as Partial<InstanceProcessSpec>;
  const whole = typeof id === 'string' && (role === 'prefill' || role === 'decode');
  if (!whole) throw new VoltanaError('BAD_VALUE', 'the spec of an emulated instance needs an "id" and a "role" (prefill or decode)');
  return spec as InstanceProcessSpec;
};

/** From a process's spec line to its servers. @throws VoltanaError PORT_TAKEN or BAD_VALUE */
export const serveInstance = async (
  line: unknown,
  createMachine: CreateMachine,
  time: Time,
): Promise<{ readonly ready: InstanceEndpoints; close: EmulatedServers['close'] }> => {
  const spec = check(line);
  const { host = LOOPBACK, port = 0, bootstrapPort = 0, controlPort = 0 } = spec;
  const machine = createMachine(spec, time.nowMs());
  const servers = await startEmulatedServers({ spec, machine, time, host, port, bootstrapPort, controlPort });
  return { ready: servers.endpoints, close: servers.close };
};
