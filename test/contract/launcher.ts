import { expect } from 'chai';
import type { LaunchedCluster, Launcher } from '../../src/ports/launcher.ts';
import { isAlive, until } from '../fixtures/programs.ts';
import { isPending, ourError, rejected } from '../fixtures/rejected.ts';

export interface LauncherSubject {
  /** Starts at least two instances. */
  readonly launcher: Launcher;
  /** Their ids, in order. */
  readonly ids: readonly string[];
  /** The same, but the last one dies at its start, with last words. */
  readonly broken: Launcher;
  readonly brokenId: string;
  readonly lastWords: string;
  /** The same again, where it can run beside the first; the launcher itself when left out. */
  readonly beside?: () => Promise<Launcher>;
  /** The processes that it has started and that still run, in the order of their start. */
  pids(): readonly number[];
}

const answers = (url: string): Promise<boolean> =>
  fetch(`${url}/health`).then(
    (response) => response.ok,
    () => false,
  );

/** Every Launcher passes this. */
export const launcherContract = (name: string, start: () => LauncherSubject | Promise<LauncherSubject>): void => {
  describe(`launcher contract: ${name}`, function () {
    this.timeout(60_000);
    const never = new AbortController().signal;
    let subject: LauncherSubject;
    before(async () => {
      subject = await start();
    });
    let cluster: LaunchedCluster | null = null;
    const launch = async (signal = never): Promise<LaunchedCluster> => (cluster = await subject.launcher.launch(signal));
    afterEach(async () => {
      await cluster?.stop();
      cluster = null;
      expect(subject.pids(), 'processes left').to.deep.equal([]);
    });

    const urlsOf = ({ instances }: LaunchedCluster): string[] => instances.map(({ endpoints }) => endpoints.url);

    it('ready means reachable, for every instance asked for, in order; its signal has no say afterwards', async () => {
      const controller = new AbortController();
      const { instances, failed } = await launch(controller.signal);
      controller.abort(new Error('too late'));
      expect(instances.map(({ id }) => id)).to.deep.equal(subject.ids);
      for (const { role, gpuCount } of instances) {
        expect(['prefill', 'decode']).to.include(role);
        expect(gpuCount).to.be.at.least(1);
      }
      const urls = urlsOf(cluster!);
      expect(new Set(urls).size).to.equal(urls.length);
      expect(await Promise.all(urls.map(answers))).to.deep.equal(urls.map(() => true));
      expect(await isPending(failed)).to.equal(true);
    });

    it('plans without starting anything, and names every instance', () => {
      const steps = subject.launcher.plan();
      for (const { where, what, text } of steps) for (const said of [where, what, text]) expect(said).to.be.a('string').and.not.equal('');
      const words = steps.map(({ what }) => what).join('\n');
      expect(subject.ids.filter((id) => !words.includes(id))).to.deep.equal([]);
      expect(subject.pids()).to.deep.equal([]);
    });

    it('stop ends every process, twice and at once as well as once, and is no failure', async () => {
      const running = await launch();
      const pids = subject.pids();
      expect(pids).to.have.length(subject.ids.length);
      await Promise.all([running.stop(), running.stop()]);
      expect(pids.filter(isAlive)).to.deep.equal([]);
      await running.stop();
      expect(await Promise.all(urlsOf(running).map(answers))).to.deep.equal(pids.map(() => false));
      expect(await isPending(running.failed)).to.equal(true);
    });

    it('an instance that dies in the middle is told by name, and the others can still be stopped', async () => {
      const running = await launch();
      process.kill(subject.pids()[0]!, 'SIGKILL');
      const error = await running.failed;
      expect(error).to.have.property('code', 'PROCESS_FAILED');
      expect(subject.ids.filter((id) => error.message.includes(id))).to.have.length(1);
      expect(error.message).to.include('SIGKILL');
      await running.stop();
    });

    it('one that dies at its start is told by name, with its last words, and takes the others with it', async () => {
      const error = await ourError(subject.broken.launch(never));
      expect(error.message).to.include(subject.brokenId).and.include(subject.lastWords);
      expect(error.hint).to.not.equal('');
      expect(subject.pids()).to.deep.equal([]);
    });

    it('the signal ends a launch under way, with its reason and nothing left', async () => {
      const reason = new Error('enough');
      const controller = new AbortController();
      const launching = rejected(subject.launcher.launch(controller.signal));
      await until('processes start', () => subject.pids().length > 0);
      controller.abort(reason);
      expect(await launching).to.equal(reason);
      expect(subject.pids()).to.deep.equal([]);
      expect(await rejected(subject.launcher.launch(controller.signal))).to.equal(reason);
    });

    it('launches again, also beside itself', async () => {
      const [first, second] = await Promise.all([launch(), (await (subject.beside?.() ?? subject.launcher)).launch(never)]);
      try {
        const urls = [...urlsOf(first), ...urlsOf(second)];
        expect(new Set(urls).size).to.equal(2 * subject.ids.length);
        await first.stop();
        expect(await Promise.all(urlsOf(second).map(answers))).to.deep.equal(subject.ids.map(() => true));
      } finally {
        await Promise.all([first.stop(), second.stop()]);
      }
    });
  });
};
