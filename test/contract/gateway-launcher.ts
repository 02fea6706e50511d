import { expect } from 'chai';
import type { ClockDriver } from '../../src/ports/clock-driver.ts';
import type { GatewayLauncher, GatewaySpec, RunningGateway } from '../../src/ports/gateway-launcher.ts';
import { payloadsOf, post } from '../fixtures/engines/emulated-node.ts';
import { isAlive, until } from '../fixtures/programs.ts';
import { isPending, ourError, rejected } from '../fixtures/rejected.ts';

export interface GatewayLauncherSubject {
  readonly launcher: GatewayLauncher;
  /** A cluster that runs, governed by `fixed`, at other clocks than the driver's default. */
  readonly spec: GatewaySpec;
  /** Of that cluster, past the gateway. */
  readonly driver: ClockDriver;
  /** The gateways' processes that still run. */
  pids(): readonly number[];
  close(): Promise<void>;
}

const LIMIT_MS = 10_000;

/** Every GatewayLauncher passes this. */
export const gatewayLauncherContract = (name: string, start: () => Promise<GatewayLauncherSubject>): void => {
  describe(`gateway launcher contract: ${name}`, function () {
    this.timeout(60_000);
    const never = new AbortController().signal;
    let subject: GatewayLauncherSubject;
    let gateway: RunningGateway | null = null;
    before(async () => (subject = await start()));
    after(() => subject.close());
    afterEach(async () => {
      await gateway?.stop();
      gateway = null;
      expect(subject.pids(), 'processes left').to.deep.equal([]);
    });

    const launch = async (over: Partial<GatewaySpec> = {}, signal = never): Promise<RunningGateway> =>
      (gateway = await subject.launcher.launch({ ...subject.spec, ...over }, signal));
    const locks = (): Promise<(number | null)[]> =>
      Promise.all(subject.spec.instances.map(async ({ id }) => (await subject.driver.read(id)).lockedMhz));
    const eventuallyLocks = async (what: string, holds: (mhz: number | null) => boolean): Promise<void> => {
      const limitMs = performance.now() + LIMIT_MS;
      while (!(await locks()).every(holds)) {
        if (performance.now() > limitMs) throw new Error(`not within ${LIMIT_MS} ms: ${what}`);
        await new Promise((resolve) => setTimeout(resolve, 20));
      }
    };
    const expectNoneHeld = async (): Promise<void> => {
      expect(await locks()).to.deep.equal(subject.spec.instances.map(() => null));
    };
    const ask = async (url: string): Promise<string> =>
      (await post(`${url}/v1/completions`, { prompt: 'a b c', max_tokens: 5, ignore_eos: true, stream: true })).text();

    it('ready means that it takes requests, and governs; its signal has no say afterwards', async () => {
      const controller = new AbortController();
      const { url, snapshot, failed } = await launch({}, controller.signal);
      controller.abort(new Error('too late'));
      expect(payloadsOf(await ask(url)).at(-1)).to.equal('[DONE]');
      const { kind, governor, instances, requests, outputTokens } = await snapshot();
      expect({ kind, governor, requests, outputTokens }).to.deep.equal({
        kind: 'snapshot',
        governor: 'fixed',
        requests: { inFlight: 0, queued: 0, completed: 1, failed: 0, cancelled: 0, rerouted: 0 },
        outputTokens: 5,
      });
      expect(instances.map(({ id }) => id)).to.deep.equal(subject.spec.instances.map(({ id }) => id));
      await eventuallyLocks('the clocks are locked', (mhz) => mhz !== null);
      expect(await isPending(failed)).to.equal(true);
    });

    it('stop gives every clock back, ends it, and is no failure; twice and at once as well as once', async () => {
      const running = await launch();
      await eventuallyLocks('the clocks are locked', (mhz) => mhz !== null);
      const pids = subject.pids();
      await Promise.all([running.stop(), running.stop()]);
      await expectNoneHeld();
      expect(pids.filter(isAlive)).to.deep.equal([]);
      await running.stop();
      expect(await rejected(ask(running.url))).to.be.instanceOf(Error);
      expect((await ourError(running.snapshot())).kind).to.equal('external');
      expect(await isPending(running.failed)).to.equal(true);
    });

    it('one that is killed is a failure that says how; its clocks come back by themselves', async () => {
      const running = await launch();
      await eventuallyLocks('the clocks are locked', (mhz) => mhz !== null);
      process.kill(subject.pids()[0]!, 'SIGKILL');
      const error = await running.failed;
      expect(error).to.have.property('code', 'PROCESS_FAILED');
      expect(error.message).to.include('SIGKILL');
      expect((await ourError(running.snapshot())).kind).to.equal('external');
      await eventuallyLocks('the leases ran out', (mhz) => mhz === null);
      await running.stop();
    });

    it('one that cannot be says why in its own words, and holds nothing', async () => {
      expect((await ourError(launch({ governor: 'no-such-governor' }))).message).to.include('no-such-governor');
      const { url } = await launch();
      const taken = { ...subject.spec.cluster, gateway: { host: '127.0.0.1', port: Number(new URL(url).port) } };
      // The clocks are held already, and so is the port: either is reason enough.
      expect((await ourError(subject.launcher.launch({ ...subject.spec, cluster: taken }, never))).code).to.be.oneOf([
        'PORT_TAKEN',
        'LEASE_HELD',
      ]);
      expect(payloadsOf(await ask(url)).at(-1), 'the first one goes on').to.equal('[DONE]');
      await gateway!.stop();
      await expectNoneHeld();
    });

    it('the signal ends a launch under way, with its reason and nothing left', async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      const launching = rejected(launch({}, controller.signal));
      await until('it starts', () => subject.pids().length > 0);
      controller.abort(reason);
      expect(await launching).to.equal(reason);
      expect(subject.pids()).to.deep.equal([]);
      expect(await rejected(launch({}, controller.signal))).to.equal(reason);
      await eventuallyLocks('no clock is held', (mhz) => mhz === null);
    });
  });
};
