import { expect } from 'chai';
import { createKubernetesLauncher } from '../../../../../src/adapters/launch/kubernetes/kubernetes-launcher.ts';
import type { ClusterFile } from '../../../../../src/domain/cluster.ts';
import { engineProcess } from '../../../../fixtures/launch/engines.ts';
import { RecordedKubectl } from '../../../../fixtures/launch/kubectl.ts';
import { until } from '../../../../fixtures/programs.ts';
import { isPending, ourError, rejected } from '../../../../fixtures/rejected.ts';

const never = new AbortController().signal;
const pod = (more: object): string =>
  JSON.stringify({
    metadata: { name: 'c-prefill-0' },
    status: { podIP: '10.0.0.1', conditions: [{ type: 'Ready', status: 'True' }], ...more },
  });
const TROUBLE = { conditions: [], containerStatuses: [{ state: { waiting: { reason: 'CrashLoopBackOff', message: 'back-off' } } }] };

/** A recorded kubectl: what is created is kept, pods are as told. */
const kubectlWith = (pods: readonly string[], create = 'cat >"$folder/created"'): RecordedKubectl =>
  new RecordedKubectl(
    [
      'case "$*" in',
      `*create*) ${create} ;;`,
      `*'get pods'*) echo '{"items":[${pods.join(',')}]}' ;;`,
      '*logs*) echo "CUDA out of memory" ;;',
      'esac',
    ].join('\n'),
  );

describe('engines as pods, kubectl recorded', () => {
  let kubectl: RecordedKubectl;
  afterEach(() => kubectl.remove());
  const launcher = () =>
    createKubernetesLauncher({
      cluster: { name: 'c' } as ClusterFile,
      processes: [engineProcess('p0', 'prefill', 30_000), engineProcess('d0', 'decode', 30_000)],
      settings: { namespace: 'llm', context: 'prod', image: 'engine:1' },
      whenReady: (instance) => Promise.resolve(instance),
    });
  const deletions = (): string[] => kubectl.calls().filter((call) => call.includes(' delete '));

  it('creates, waits for pods and engines, and deletes what it created when stopped, once', async () => {
    kubectl = kubectlWith([pod({}), pod({})]);
    const cluster = await launcher().launch(never);
    expect(cluster.instances.map(({ endpoints }) => endpoints.url)).to.deep.equal([
      'http://c-prefill-0.c-prefill.llm.svc:30000',
      'http://c-decode-0.c-decode.llm.svc:30000',
    ]);
    const created = JSON.parse(kubectl.file('created')) as { items: { metadata: { labels: Record<string, string> } }[] };
    const runs = new Set(created.items.map(({ metadata }) => metadata.labels['voltana/run']));
    expect(runs.size).to.equal(1);
    expect(deletions()).to.deep.equal([]);
    await Promise.all([cluster.stop(), cluster.stop()]);
    expect(deletions()).to.have.length(1);
    expect(deletions()[0])
      .to.include('--context prod --namespace llm delete')
      .and.include(`--selector voltana/run=${[...runs][0]}`);
    expect(await isPending(cluster.failed)).to.equal(true);
  });

  it('a pod without hope is told with its last words, and all is deleted', async () => {
    kubectl = kubectlWith([pod(TROUBLE)]);
    const error = await ourError(launcher().launch(never));
    expect(error).to.include({ code: 'PROCESS_FAILED' });
    expect(error.message).to.include('c-prefill-0').and.include('CrashLoopBackOff: back-off').and.include('CUDA out of memory');
    expect(error.hint).to.include('kubectl describe pod c-prefill-0');
    expect(deletions()).to.have.length(1);
  });

  it('a cluster of this name that runs already is left alone', async () => {
    kubectl = kubectlWith([], 'echo \'statefulsets.apps "c-prefill" already exists\' >&2; exit 1');
    const error = await ourError(launcher().launch(never));
    expect(error.message).to.include('already exists');
    // Only what carries this run's label, which the other's does not.
    expect(deletions()[0]).to.match(/voltana\/run=\w{12}/);
  });

  it('the signal ends the wait for pods, with its reason, and all is deleted', async () => {
    kubectl = kubectlWith([]);
    const reason = new Error('enough');
    const controller = new AbortController();
    const launching = rejected(launcher().launch(controller.signal));
    await until('pods were asked for', () => kubectl.calls().some((call) => call.includes('get pods')));
    controller.abort(reason);
    expect(await launching).to.equal(reason);
    expect(deletions()).to.have.length(1);
  });
});
