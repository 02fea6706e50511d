import { processArgs } from '../../src/adapters/host/installation.ts';
import { assertPortFree } from '../../src/adapters/host/ports.ts';
import { createLocalLauncher, type LocalInstance } from '../../src/adapters/launch/local/local-launcher.ts';
import type { Role } from '../../src/domain/instance.ts';
import { childrenThat } from '../fixtures/children.ts';
import { specOf } from '../fixtures/engines/emulated-node.ts';
import { launcherContract } from './launcher.ts';

const instance = (role: Role, more: object = {}): LocalInstance => {
  const { id, ...spec } = specOf(role);
  return { id, role, gpuCount: 1, spec: { ...spec, ...more } };
};
const launcherOf = (...instances: LocalInstance[]) =>
  createLocalLauncher({ instances, host: '127.0.0.1', args: processArgs('emulated-instance'), assertPortFree });

launcherContract('emulated engines as local processes', () => ({
  launcher: launcherOf(instance('prefill'), instance('decode')),
  ids: ['p0', 'd0'],
  broken: launcherOf(instance('prefill'), instance('decode', { gpu: null })),
  brokenId: 'd0',
  lastWords: 'needs "gpu"',
  pids: () => childrenThat(/processes\/emulated-instance\./),
}));
