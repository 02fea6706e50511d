import type { LaunchedInstance } from '../../../domain/instance.ts';
import type { Launcher, LaunchStep, WhenReady } from '../../../ports/launcher.ts';
import { instancesOf, type KnownEngine } from '../engine-instances.ts';
import { kubectlWith, scopeOf, type Kubectl } from '../kubernetes/kubectl.ts';
import { podsOf } from '../kubernetes/pods.ts';
import { commandLine } from '../shell.ts';
import { assertServable, enginesAmong, queriesOf, withHalves, type DiscoverSettings } from './discovery.ts';

export interface AttachOptions {
  /** Of the cluster file; not looked at when `discover` finds them. */
  readonly engines: readonly KnownEngine[];
  readonly discover?: DiscoverSettings | undefined;
  readonly whenReady: WhenReady;
}

const podQuery = (selector: string): string[] => ['get', 'pods', '--selector', selector, '--output', 'json'];

/** Asks Kubernetes for the engines that run now. @throws VoltanaError PROGRAM_MISSING, PROCESS_FAILED */
const discovered = async (settings: DiscoverSettings, kubectl: Kubectl, signal: AbortSignal): Promise<KnownEngine[]> => {
  const queries = queriesOf(settings);
  const found = await Promise.all(
    queries.map(async (query) => enginesAmong(podsOf(await kubectl(podQuery(query.selector), { signal })), query, settings)),
  );
  const engines = withHalves(found.flat());
  assertServable(engines, queries);
  return engines;
};

const plan = ({ engines, discover }: AttachOptions): LaunchStep[] => {
  const where = 'this machine';
  if (discover !== undefined) {
    const what = 'asks for engines that run already; starts and stops nothing';
    return queriesOf(discover).map(({ selector }) => ({
      where,
      what,
      text: commandLine(['kubectl', ...scopeOf(discover), ...podQuery(selector)]),
    }));
  }
  return engines.map(({ id, role, endpoints: { url } }) => ({
    where,
    what: `${role} engine ${id} runs already; starts and stops nothing`,
    text: commandLine(['curl', `${url}/health`]),
  }));
};

/**
 * Engines that somebody else runs. Nothing is started and nothing stopped, and `failed` stays pending: their health is seen in requests.
 * @throws from `launch`: what `whenReady` throws, PROGRAM_MISSING or PROCESS_FAILED when they are looked for in vain, or the signal's reason
 */
export const createAttachLauncher = (options: AttachOptions): Launcher => ({
  async launch(signal) {
    signal.throwIfAborted();
    const { discover, whenReady } = options;
    const engines = discover === undefined ? options.engines : await discovered(discover, kubectlWith(scopeOf(discover)), signal);
    const over = new AbortController();
    const either = AbortSignal.any([signal, over.signal]);
    try {
      const instances: LaunchedInstance[] = await Promise.all(engines.flatMap(instancesOf).map((instance) => whenReady(instance, either)));
      return { instances, failed: new Promise<Error>(() => undefined), stop: () => Promise.resolve() };
    } finally {
      // Who still waits for another engine waits in vain.
      over.abort();
    }
  },
  plan: () => plan(options),
});
