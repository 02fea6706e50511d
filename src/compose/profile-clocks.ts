import type { DeviceStatus } from '../domain/custody.ts';
import { isNamed } from '../custody/names.ts';
import type { ClusterFile } from '../domain/cluster.ts';
import { VoltanaError } from '../domain/errors.ts';
import { domainOf, type LaunchedInstance } from '../domain/instance.ts';
import type { Time } from '../ports/time.ts';
import type { RealClocks } from '../runs/profiling/real.ts';
import { clocksOf } from './clocks.ts';
import { gpuClocks } from './gpu-clocks.ts';

const HERE = 'this machine';

/** Half of a cluster under agents would be half a profile. @throws VoltanaError BAD_VALUE */
function checkNamed({ control }: ClusterFile, instances: readonly LaunchedInstance[]): void {
  const nodes = new Set(control!.agents!.map(({ node }) => node));
  for (const { id, node, gpus = [] } of instances) {
    if (!nodes.has(node))
      throw new VoltanaError('BAD_VALUE', `control.agents names no agent of ${node ?? HERE}, where instance ${id} runs`, {
        hint: 'Name the agent of every node whose instances are profiled, with the node as the instances name it.',
      });
    if (gpus.length === 0)
      throw new VoltanaError('BAD_VALUE', `instance ${id} names no GPUs, so nobody knows whose clocks to set`, {
        hint: 'List its GPUs (gpus: [GPU-...]) as nvidia-smi -L names them.',
      });
  }
}

const named = ({ info: { id, name, vbios } }: DeviceStatus): string => [id, name, ...(vbios === null ? [] : [`vbios ${vbios}`])].join(' ');

const driverIn = ({ info: { family, driverVersion } }: DeviceStatus): string => [family, driverVersion ?? 'of unknown version'].join(' ');

/** The devices of each domain, as the agents of their nodes tell it. */
const identityBy =
  ({ control }: ClusterFile, instances: readonly LaunchedInstance[]): RealClocks['identity'] =>
  async (domain) => {
    const { node, gpus = [] } = instances.find((instance) => domainOf(instance) === domain)!;
    const agent = control!.agents!.find((one) => one.node === node)!;
    const { status } = await clocksOf(agent);
    const own = status.devices.filter(({ info }) => isNamed(info, gpus));
    return { devices: own.map(named).join('+'), driver: [...new Set(own.map(driverIn))].join(' and ') };
  };

const emulatedIdentity: RealClocks['identity'] = async (domain) => ({ devices: `emulated ${domain}`, driver: 'emulated' });

/** Null where nobody drives the clocks of these instances. @throws VoltanaError BAD_VALUE for agents that are not theirs */
export async function profileClocks(cluster: ClusterFile, instances: readonly LaunchedInstance[], time: Time): Promise<RealClocks | null> {
  const emulated = cluster.engine.kind === 'emulated';
  // Of an emulated engine that runs elsewhere only its cluster file knows the control port.
  if (emulated && !instances.every(({ endpoints }) => endpoints.controlUrl !== undefined)) return null;
  if (!emulated && cluster.control?.agents !== undefined) checkNamed(cluster, instances);
  const clocks = gpuClocks(cluster, instances, time);
  if (clocks === null) return null;
  const { driver, meter } = clocks;
  return { driver, meter, identity: emulated ? emulatedIdentity : identityBy(cluster, instances), close: () => clocks.close() };
}
