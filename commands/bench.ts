import { Command, Flags } from '@oclif/core';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import { toJson } from '../src/reporting/json.ts';
import { benchPlan } from '../src/reporting/run/bench-plan.ts';
import { abAsked, benchAb } from './bench-ab.ts';
import { abFlags, benchFlags } from './bench-flags.ts';
import { checkUnchanged, requestIn, requestOver, settingsAsked, standardsOf } from './bench-request.ts';
import { benchRun } from './bench-run.ts';
import { inGroup } from './flag-groups.ts';
import { commonFlags, resultFlag, switchSetting } from './flags.ts';
import { createLog } from './log.ts';
import { screenWanted } from './screen-wanted.ts';
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
      tui: switchSetting('tui'),
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
    const shownAs = { wanted: screenWanted(values, flags.json), log, print: outlets.out, printError: outlets.err };
    const common = { resume: flags.resume, argv: ['bench', ...this.argv], outputs, flags: { ...flags, color: values.color }, ...shownAs };
    if (ab) this.exit(await benchAb({ ...common, request, ab }));
    const { planBench } = await import('../src/compose/bench.ts');
    const options = await planBench(request, standardsOf(flags, partial?.standards));
    if (flags['dry-run']) {
      const { document, text } = benchPlan(options);
      return this.log(flags.json ? toJson(document).trimEnd() : text);
    }
    const exitCode = await benchRun(options, common);
    if (exitCode !== EXIT.done) this.exit(exitCode);
  }
}
