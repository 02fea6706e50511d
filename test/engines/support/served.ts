import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import OpenAI from 'openai';
import { RUN, killTree, saidBy, startGroup, treeOf, type StartedDemo } from '../../fixtures/demo.ts';
import { readCommandLine } from '../../../src/adapters/host/process-table.ts';
import type { RecordedProfile } from '../../../src/domain/profile.ts';
import { isAlive } from '../../fixtures/programs.ts';

export interface Served extends StartedDemo {
  /** Of the gateway. */
  readonly url: string;
  readonly client: OpenAI;
  /** The run record, once it has ended. */
  record(): Record<string, unknown>;
  /** The processes under it whose command line holds every one of these words. */
  processes(...words: string[]): number[];
}

/** voltana refuses variables of its name that it does not know, and ours are none of its settings. */
const ENV = Object.fromEntries(Object.entries(process.env).filter(([name]) => !name.startsWith('VOLTANA_')));

/** A folder of one's own, and `voltana serve` started in it as a person would. */
export const servingFolder = () => {
  const folder = mkdtempSync(join(tmpdir(), 'voltana-engines-'));
  const started: StartedDemo[] = [];
  return {
    folder,
    async serve(cluster: object, args: readonly string[] = [], limitMs = 180_000): Promise<Served> {
      const file = join(folder, 'cluster.yaml');
      const output = join(folder, `run-${started.length}.json`);
      writeFileSync(file, JSON.stringify(cluster));
      const run = startGroup(process.execPath, [RUN, 'serve', '--cluster', file, '--no-tui', '--output', output, ...args], { env: ENV });
      started.push(run);
      await saidBy(run, '/v1 takes OpenAI requests', limitMs);
      const url = /gateway: (\S+)\/v1 takes/.exec(run.stdout() + run.stderr())![1]!;
      const client = new OpenAI({ baseURL: `${url}/v1`, apiKey: 'unused', maxRetries: 0, timeout: 60_000 });
      return {
        ...run,
        url,
        client,
        record: () => JSON.parse(readFileSync(output, 'utf8')) as Record<string, unknown>,
        processes: (...words) =>
          treeOf(run.pid).filter((pid) => isAlive(pid) && words.every((word) => readCommandLine(pid).includes(word))),
      };
    },
    /** `voltana profile` to its end. `processes`: those that it had when it began to measure. */
    async profile(
      cluster: object,
      args: readonly string[],
    ): Promise<{ readonly profile: RecordedProfile; readonly processes: readonly number[] }> {
      const [file, output] = [join(folder, 'profiled.yaml'), join(folder, 'profile.json')];
      writeFileSync(file, JSON.stringify(cluster));
      const run = startGroup(process.execPath, [RUN, 'profile', '--cluster', file, '--output', output, ...args], { env: ENV });
      started.push(run);
      await saidBy(run, 'profiling ', 180_000);
      const processes = treeOf(run.pid);
      const exit = await run.ended;
      // Half of its points may be invalid on a busy machine: the document is there all the same.
      if (exit !== 0 && exit !== 6) throw new Error(`voltana profile ended with ${exit}: ${run.stderr()}`);
      return { profile: JSON.parse(readFileSync(output, 'utf8')) as RecordedProfile, processes };
    },
    /** Whatever a failed test has left. */
    remove(): void {
      for (const { pid } of started) killTree(pid);
      rmSync(folder, { recursive: true, force: true });
    },
  };
};
