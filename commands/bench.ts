import { Command, Flags } from '@oclif/core';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import type { BenchOptions } from '../src/compose/bench.ts';
import { toJson } from '../src/reporting/json.ts';
import { benchPlan } from '../src/reporting/run/bench-plan.ts';
import { renderBench } from '../src/reporting/run/bench.ts';
import { vllmResult } from '../src/reporting/run/vllm.ts';
import { abAsked, benchAb } from './bench-ab.ts';
import { abFlags, benchFlags } from './bench-flags.ts';
import { benchHooks } from './bench-lines.ts';
import { checkUnchanged, requestIn, requestOver, settingsAsked, standardsOf } from './bench-request.ts';
import { inGroup } from './flag-groups.ts';
import { commonFlags, resultFlag } from './flags.ts';
import { createLog, type Log } from './log.ts';
import { settingsOf } from './settings.ts';

export default class Bench extends Command {
  static override summary =
    'Drives load at an endpoint or a cluster and measures latency, goodput, power and energy; thresholds decide the exit code.';

  static override flags = {
    ...benchFlags,
    ...inGroup('Judging', {
      threshold: Flags.string({
        description: "what must hold, as 'ttft.p99<800'",
        helpValue: 'RULE',
        multiple: true,
        multipleNonGreedy: true,
      }),
      baseline: Flags.string({ description: 'a run to hold this one against: id, folder or file', helpValue: 'RUN' }),
      strict: Flags.boolean({ description: 'without a steady state it is not valid' }),
    }),
    ...abFlags,
    ...inGroup('Output', {
      ...commonFlags,
      output: resultFlag('run'),
      'save-vllm': Flags.string({ description: 'also write the keys of `vllm bench serve --save-result`', helpValue: 'FILE' }),
      from: Flags.string({
        description: 'ask what an earlier run was asked, but for what other flags say',
        helpValue: 'RUN',
        exclusive: ['resume'],
      }),
      resume: Flags.string({ description: 'go on with a run that was interrupted', helpValue: 'RUN', exclusive: ['dry-run', 'ab'] }),
      'dry-run': Flags.boolean({ description: 'print what would be sent where, and for how long; ask nobody' }),
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Bench);
    const settings = await settingsOf({ config: flags.config });
    const values = valuesOf(await settingsOf(flags));
    const { planOfPartial, requestOf } = await import('../src/compose/bench.ts');
    const given = requestIn(flags);
    checkUnchanged(flags.resume, given);
    const partial = flags.resume === undefined ? null : await planOfPartial(flags.resume);
    const earlier = partial?.request ?? (flags.from === undefined ? null : await requestOf(flags.from));
    const request = requestOver(earlier ?? { ...settingsAsked(settings, flags.url), seed: values.seed }, given);
    const ab = partial ? partial.ab : abAsked(flags);
    const { checkResultOutputs } = await import('./outputs.ts');
    const outputs = await checkResultOutputs(flags.output, ab ? 'comparison' : 'run');
    const { timestamp } = await import('../src/compose.ts');
    const outlets = { out: (line: string) => this.log(line), err: (line: string) => this.logToStderr(line), now: timestamp };
    const log = createLog(outlets, { ...values, json: flags.json });
    const common = { request, resume: flags.resume, argv: ['bench', ...this.argv], outputs, flags: { ...flags, color: values.color }, log };
    if (ab) this.exit(await benchAb({ ...common, ab, print: outlets.out, printError: outlets.err }));
    const { planBench } = await import('../src/compose/bench.ts');
    const options = await planBench(request, standardsOf(flags, partial?.standards));
    if (!flags['dry-run']) return this.#measure(options, common, flags['save-vllm']);
    const { document, text } = benchPlan(options);
    this.log(flags.json ? toJson(document).trimEnd() : text);
  }

  async #measure(
    options: BenchOptions,
    {
      resume,
      argv,
      outputs,
      flags,
      log,
    }: { resume: string | undefined; argv: string[]; outputs: readonly string[]; flags: { json: boolean }; log: Log },
    saveVllm: string | undefined,
  ): Promise<void> {
    const { checkOutputs, writeOutputs, writeResultOutputs } = await import('./outputs.ts');
    const vllm = await checkOutputs(saveVllm === undefined ? [] : [saveVllm]);
    const { runBenchmark } = await import('../src/compose/bench.ts');
    const { document, comparison, exitCode, ended, run } = await runBenchmark(options, resume, argv, benchHooks(log, options));
    this.log(flags.json ? toJson(document).trimEnd() : renderBench(document, comparison));
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
