import { VoltanaError } from '../../../domain/errors.ts';

/** The ports that an instance asks for; 0 or left out takes a free one. */
export interface AskedPorts {
  readonly id: string;
  readonly port?: number;
  readonly bootstrapPort?: number;
  readonly controlPort?: number;
}

export interface FixedPort {
  readonly instance: string;
  readonly port: number;
  /** Left out: all are on one node. */
  readonly node?: string;
}

export type AssertPortFree = (host: string, port: number) => Promise<void>;

/** The fixed ports of a cluster. */
export const fixedPorts = (instances: readonly AskedPorts[]): FixedPort[] =>
  instances.flatMap(({ id, port = 0, bootstrapPort = 0, controlPort = 0 }) =>
    [port, bootstrapPort, controlPort].filter((asked) => asked !== 0).map((asked) => ({ instance: id, port: asked })),
  );

/** @throws VoltanaError BAD_VALUE that names both instances when two want one port of one node */
export const assertDistinct = (ports: readonly FixedPort[]): void => {
  const owners = new Map<string, string>();
  for (const { instance, port, node } of ports) {
    const key = JSON.stringify([node, port]);
    const other = owners.get(key);
    if (other !== undefined) {
      const place = node === undefined ? '' : ` on ${node}`;
      throw new VoltanaError('BAD_VALUE', `instances ${other} and ${instance} both ask for port ${port}${place}`);
    }
    owners.set(key, instance);
  }
};

/** @throws VoltanaError PORT_TAKEN that names the instance and the port */
export const assertAllFree = async (ports: readonly FixedPort[], host: string, assertPortFree: AssertPortFree): Promise<void> => {
  for (const { instance, port } of ports) {
    try {
      await assertPortFree(host, port);
    } catch (cause) {
      if (!(cause instanceof VoltanaError)) throw cause;
      throw new VoltanaError(cause.code, `instance ${instance} cannot have port ${port} on ${host}: ${cause.message}`, {
        cause,
        hint: cause.hint,
      });
    }
  }
};
