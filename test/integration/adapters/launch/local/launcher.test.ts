import { expect } from 'chai';
import { createLocalLauncher, type LocalInstance } from '../../../../../src/adapters/launch/local/local-launcher.ts';
import { processArgs } from '../../../../../src/adapters/host/installation.ts';
import { assertPortFree, freePort } from '../../../../../src/adapters/host/ports.ts';
import type { Role } from '../../../../../src/domain/instance.ts';
import { payloadsOf, post, specOf, startNode } from '../../../../fixtures/engines/emulated-node.ts';
import { ended, fixture, output, startProgram, until } from '../../../../fixtures/programs.ts';

const HOST = '127.0.0.1';
const instance = (role: Role, more: Partial<LocalInstance> = {}): LocalInstance => ({
  id: role === 'prefill' ? 'p0' : 'd0',
  role,
  gpuCount: 1,
  spec: { ...specOf(role) },
  ...more,
});
const launcher = (...instances: LocalInstance[]) =>
  createLocalLauncher({ instances, host: HOST, args: processArgs('emulated-instance'), assertPortFree });
const listens = (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    (response) => response.ok,
    () => false,
  );
const never = new AbortController().signal;

describe('local launcher', () => {
  it('starts a pair that serves a request across its processes, and stops it', async () => {
    const port = await freePort(HOST);
    const cluster = await launcher(instance('prefill', { port }), instance('decode')).launch(never);
    const [prefill, decode] = cluster.instances;
    expect(prefill).to.include({ id: 'p0', role: 'prefill', gpuCount: 1 });
    expect(prefill!.endpoints.url).to.equal(`http://${HOST}:${port}`);
    const { bootstrapHost, bootstrapPort } = prefill!.endpoints;
    const body = {
      prompt: 'a b',
      max_tokens: 3,
      stream: true,
      bootstrap_host: bootstrapHost,
      bootstrap_port: bootstrapPort,
      bootstrap_room: 9,
    };
    const [, answer] = await Promise.all(
      [prefill, decode].map(async (one) => (await post(`${one!.endpoints.url}/v1/completions`, body)).text()),
    );
    expect(payloadsOf(answer!)).to.have.length(3 + 2);
    await cluster.stop();
    await cluster.stop();
    expect(await Promise.all([prefill, decode].map((one) => listens(one!.endpoints.url)))).to.deep.equal([false, false]);
  });

  it('names the instance whose port is taken, before anything starts', async () => {
    const taken = await startNode('decode');
    const port = Number(new URL(taken.instance.endpoints.url).port);
    const error = await launcher(instance('prefill'), instance('decode', { controlPort: port }))
      .launch(never)
      .catch((reason: unknown) => reason);
    expect(error).to.include({ code: 'PORT_TAKEN', exitCode: 3 });
    expect((error as Error).message).to.match(new RegExp(`d0.*${port}`));
    await taken.close();
  });

  it('stops what it had started when one fails', async () => {
    const port = await freePort(HOST);
    const broken = instance('decode', { spec: { ...specOf('decode'), gpu: null } });
    const error = await launcher(instance('prefill', { port }), broken)
      .launch(never)
      .catch((reason: unknown) => reason);
    expect(error).to.be.instanceOf(Error);
    expect((error as Error).message).to.match(/instance d0/);
    expect(await listens(`http://${HOST}:${port}`)).to.equal(false);
    await assertPortFree(HOST, port);
  });

  it('is told when a process ends that nobody stopped', async () => {
    const args = ['--import', 'tsx', fixture('launch/child.ts'), 'dies-later'];
    const cluster = await createLocalLauncher({ instances: [instance('decode')], host: HOST, args, assertPortFree }).launch(never);
    expect((await cluster.failed).message).to.match(/instance d0 ended with exit code 9/);
    await cluster.stop();
  });

  it('kill -9 of the parent: the child is gone within 2 s', async () => {
    const parent = startProgram('launch/parent.ts');
    const said = output(parent);
    await until('the instance is up', () => said.text.includes('\n'), 15_000);
    const url = said.text.trim();
    expect(await listens(url)).to.equal(true);
    const exit = ended(parent);
    parent.kill('SIGKILL');
    await exit;
    const killedMs = performance.now();
    while (await listens(url)) expect(performance.now() - killedMs).to.be.below(2000);
  });
});
