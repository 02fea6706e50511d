import { Command, Flags } from '@oclif/core';
import { VoltanaError } from '../src/domain/errors.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import type { ResolvedSettings } from '../src/domain/settings.ts';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { benchPlan } from '../src/reporting/run/bench-plan.ts';
import { renderBench } from '../src/reporting/run/bench.ts';
import { vllmResult } from '../src/reporting/run/vllm.ts';
import { toJson } from '../src/reporting/json.ts';
import type { BenchOptions, BenchRequest } from '../src/compose/bench.ts';
import { benchFlags, requestIn } from './bench-flags.ts';
import { commonFlags, resultFlag } from './flags.ts';
import { createLog, type Log } from './log.ts';
import { settingsOf } from './settings.ts';

const SHARED = ['workload', 'rate', 'requests', 'sloTtftMs', 'sloItlMs'] as const;
const OF_CLUSTERS = ['cluster', 'governor', 'routing', 'clocks', 'gatewayPort'] as const;

/** What a config file or the environment says; a default is not what somebody asked for. */
const settingsAsked = (settings: ResolvedSettings, url: string | undefined): Partial<BenchRequest> => {
  const asked = [...SHARED, ...(url === undefined ? OF_CLUSTERS : [])].filter((key) => settings[key].origin.source !== 'default');
  return Object.fromEntries(asked.map((key) => [key, settings[key].value]));
};

export default class Bench extends Command {
  static override summary =
    'Drives load at an endpoint or a cluster and measures latency, goodput, power and energy; thresholds decide the exit code.';

  static override flags = {
    ...commonFlags,
    output: resultFlag('run'),
    ...benchFlags,
    threshold: Flags.string({
      description: "what must hold, as 'ttft.p99<800'",
      helpValue: 'RULE',
      multiple: true,
      multipleNonGreedy: true,
    }),
    baseline: Flags.string({ description: 'a run to hold this one against: id, folder or file', helpValue: 'RUN' }),
    strict: Flags.boolean({ description: 'without a steady state it is not valid' }),
    'save-vllm': Flags.string({ description: 'also write the keys of `vllm bench serve --save-result`', helpValue: 'FILE' }),
    from: Flags.string({
      description: 'ask for what an earlier run was asked; flags beside it change that',
      helpValue: 'RUN',
      exclusive: ['resume'],
    }),
    resume: Flags.string({ description: 'go on with a run that was interrupted', helpValue: 'RUN', exclusive: ['dry-run'] }),
    'dry-run': Flags.boolean({ description: 'print what would be sent where, and for how long; ask nobody' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Bench);
    const { seed, ...settable } = flags;
    const settings = await settingsOf({ config: settable.config });
    const values = { ...valuesOf(await settingsOf(flags)) };
    const bench = await import('../src/compose/bench.ts');
    const { timestamp } = await import('../src/compose.ts');
    const { checkOutputs, checkResultOutputs } = await import('./outputs.ts');
    const outputs = await checkResultOutputs(flags.output, 'run');
    const vllm = await checkOutputs(flags['save-vllm'] === undefined ? [] : [flags['save-vllm']]);
    const earlier =
      flags.from !== undefined
        ? await bench.requestOf(flags.from)
        : flags.resume !== undefined
          ? await bench.requestOfPartial(flags.resume)
          : null;
    const request = {
      ...(earlier ?? { ...settingsAsked(settings, flags.url), seed: values.seed }),
      ...requestIn(flags),
      ...(seed === undefined ? {} : { seed }),
    };
    const options = await bench.planBench(request, { thresholds: flags.threshold ?? [], baseline: flags.baseline, strict: flags.strict });
    if (flags['dry-run']) {
      const { document, text } = benchPlan(options);
      return this.log(flags.json ? toJson(document).trimEnd() : text);
    }
    const log = createLog(
      { out: (line) => this.log(line), err: (line) => this.logToStderr(line), now: timestamp },
      { ...values, json: flags.json },
    );
    const { document, exitCode, ended, run } = await bench.runBenchmark(
      options,
      flags.resume,
      ['bench', ...this.argv],
      hooksOf(log, options),
    );
    this.log(flags.json ? toJson(document).trimEnd() : renderBench(document));
    const { writeOutputs, writeResultOutputs } = await import('./outputs.ts');
    const { tellCi } = await import('../src/compose/ci.ts');
    await writeResultOutputs(outputs, document);
    await writeOutputs(vllm, vllmResult(document));
    await tellCi(document, (line) => this.logToStderr(line));
    if (run !== null) log(`What was measured is kept: go on with voltana bench --resume ${run}`, 'bench', 'warn');
    if (ended instanceof VoltanaError && ended.kind === 'signal') this.exit(ended.exitCode);
    if (ended !== null) throw ended;
    if (exitCode !== EXIT.done) this.exit(exitCode);
  }
}

/** A line for each phase, and one for each tenth of the requests. */
function hooksOf(log: Log, { planned, repeats }: BenchOptions) {
  const say = (text: string): void => log(text, 'bench');
  const nth = (repeat: number): string => (repeats > 1 ? ` ${repeat + 1} of ${repeats}` : '');
  let tenths = 0;
  return {
    onLog: (source: string, line: string): void => log(`${source}: ${line}`, 'process', 'debug'),
    note: (text: string): void => log(text, 'bench', 'warn'),
    warming: (repeat: number): void => say(`warming up${nth(repeat)}`),
    measuring: (repeat: number, requests: number): void => {
      tenths = 0;
      say(`measuring${nth(repeat)}: ${planned.load.loop === 'closed' ? 'up to ' : ''}${requests} requests`);
    },
    progress: ({ sent, ended }: { readonly sent: number; readonly ended: number }): void => {
      const now = Math.floor((10 * ended) / planned.schedule.length);
      if (now > tenths && tenths < 10 && ended < planned.schedule.length)
        say(`${ended} of ${planned.schedule.length} requests ended, ${sent - ended} under way`);
      tenths = Math.max(now, tenths);
    },
  };
}
