import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect } from 'chai';
import { createAttachLauncher } from '../../../../../src/adapters/launch/attach/attach-launcher.ts';
import type { KnownEngine } from '../../../../../src/adapters/launch/engine-instances.ts';
import { VoltanaError } from '../../../../../src/domain/errors.ts';
import type { WhenReady } from '../../../../../src/ports/launcher.ts';
import { RecordedKubectl } from '../../../../fixtures/launch/kubectl.ts';
import { whenAnswering } from '../../../../fixtures/launch/engines.ts';
import { fixture } from '../../../../fixtures/programs.ts';
import { isPending, ourError, rejected } from '../../../../fixtures/rejected.ts';

const never = new AbortController().signal;
/** Pods of a recording answer nobody: that they would is taken for granted. */
const atOnce: WhenReady = (instance) => Promise.resolve(instance);

describe('attach', () => {
  describe('by url', () => {
    let server: Server;
    let engines: KnownEngine[];
    beforeEach(async () => {
      server = createServer((_request, response) => response.end('{}')).listen(0, '127.0.0.1');
      await new Promise((resolve) => server.once('listening', resolve));
      const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
      engines = [
        { id: 'p0', role: 'prefill', gpuCount: 2, endpoints: { url, bootstrapHost: '127.0.0.1', bootstrapPort: 8998 } },
        { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url } },
      ];
    });
    afterEach(() => new Promise((resolve) => server.close(resolve)));
    const launcherOf = (whenReady: WhenReady = whenAnswering) => createAttachLauncher({ engines, whenReady });

    it('returns what is ready, as it is; stopping it, twice too, leaves it running; launches again', async () => {
      const first = await launcherOf().launch(never);
      expect(first.instances).to.deep.equal(engines);
      expect(await isPending(first.failed)).to.equal(true);
      await Promise.all([first.stop(), first.stop()]);
      expect((await fetch(engines[0]!.endpoints.url)).ok).to.equal(true);
      const second = await launcherOf().launch(never);
      expect(second.instances).to.deep.equal(engines);
      await second.stop();
      expect(await isPending(second.failed)).to.equal(true);
    });

    it('the signal ends the wait, with its reason', async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      const waiting: WhenReady = (_instance, signal) =>
        new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(signal.reason as Error)));
      const launching = rejected(launcherOf(waiting).launch(controller.signal));
      controller.abort(reason);
      expect(await launching).to.equal(reason);
      expect(await rejected(launcherOf().launch(controller.signal))).to.equal(reason);
    });

    it('one that is not what it should be is told, and nobody waits for the others', async () => {
      let ended = false;
      const wrong: WhenReady = (instance, signal) => {
        if (instance.id === 'p0') return Promise.reject(new VoltanaError('ENGINE_FAILED', 'p0 plays another role'));
        return new Promise((_resolve, reject) => signal.addEventListener('abort', () => reject(new Error(String((ended = true))))));
      };
      expect((await ourError(launcherOf(wrong).launch(never))).message).to.equal('p0 plays another role');
      expect(ended).to.equal(true);
    });

    it('its plan names every instance and starts nothing', () => {
      const steps = launcherOf().plan();
      expect(steps.map(({ what }) => what)).to.deep.equal([
        'prefill engine p0 runs already; starts and stops nothing',
        'decode engine d0 runs already; starts and stops nothing',
      ]);
      expect(steps[0]!.text).to.equal(`curl ${engines[0]!.endpoints.url}/health`);
    });
  });

  describe('by the labels of pods, recorded', () => {
    let kubectl: RecordedKubectl;
    beforeEach(() => (kubectl = new RecordedKubectl(`cat '${fixture('launch/pods.json')}'`)));
    afterEach(() => kubectl.remove());
    const prefill = { id: 'pf-1', role: 'prefill', gpuCount: 2 };
    const decode = { id: 'dec-1', role: 'decode', gpuCount: 1, endpoints: { url: 'http://[fd00::12]:8300' } };

    it('finds llm-d’s roles, leaving out pods that are not ready or on their way out', async () => {
      const launcher = createAttachLauncher({ engines: [], discover: { by: 'llm-d', namespace: 'ns', context: 'c' }, whenReady: atOnce });
      const { instances } = await launcher.launch(never);
      const endpoints = { url: 'http://10.0.0.11:8200', bootstrapHost: '10.0.0.11', bootstrapPort: 9001 };
      expect(instances).to.deep.equal([decode, { ...prefill, endpoints }]);
      expect(kubectl.calls()).to.deep.equal(['--context c --namespace ns get pods --selector llm-d.ai/role --output json']);
      expect(launcher.plan().map(({ text }) => text)).to.deep.equal(kubectl.calls().map((call) => `kubectl ${call}`));
    });

    it('finds Dynamo’s components: a worker beside prefill engines decodes', async () => {
      const { instances } = await createAttachLauncher({ engines: [], discover: { by: 'dynamo' }, whenReady: atOnce }).launch(never);
      expect(instances.map(({ id, role }) => [id, role])).to.deep.equal([
        ['dec-1', 'decode'],
        ['pf-1', 'prefill'],
      ]);
    });

    it('asks for SGLang’s pods by the labels given, one question a role, on the port given', async () => {
      kubectl.remove();
      const one = (name: string) =>
        `case "$*" in *role=${name}*) sed 's/__NAME__/${name}/; s/__IP__/10.1.1.${name.length}/' '${fixture('launch/one-pod.json')}' ;; esac`;
      kubectl = new RecordedKubectl(`${one('prefill')}\n${one('decode')}`);
      const discover = { by: 'sglang', prefillSelector: 'role=prefill', decodeSelector: 'role=decode', port: 31_000 } as const;
      const { instances } = await createAttachLauncher({ engines: [], discover, whenReady: atOnce }).launch(never);
      expect(instances.map(({ id, role, endpoints }) => [id, role, endpoints])).to.deep.equal([
        ['decode', 'decode', { url: 'http://10.1.1.6:31000' }],
        ['prefill', 'prefill', { url: 'http://10.1.1.7:31000', bootstrapHost: '10.1.1.7', bootstrapPort: 8998 }],
      ]);
    });

    it('tells what it looked for in vain', async () => {
      kubectl.remove();
      kubectl = new RecordedKubectl(`echo '{"items":[]}'`);
      const error = await ourError(createAttachLauncher({ engines: [], discover: { by: 'llm-d' }, whenReady: atOnce }).launch(never));
      expect(error.message).to.include('no prefill and no decode').and.include('llm-d.ai/role');
    });

    it('tells what kubectl says', async () => {
      kubectl.remove();
      kubectl = new RecordedKubectl('echo "connection refused" >&2; exit 1');
      const error = await ourError(createAttachLauncher({ engines: [], discover: { by: 'dynamo' }, whenReady: atOnce }).launch(never));
      expect(error).to.include({ code: 'PROCESS_FAILED' });
      expect(error.message).to.include('connection refused');
    });
  });
});
