import { Command, Flags } from '@oclif/core';
import { supportsColor } from 'chalk';
import { EXIT, type ExitCode } from '../src/domain/exit-codes.ts';
import type { Comparison } from '../src/domain/run-record.ts';
import { renderComparison } from '../src/reporting/comparison.ts';
import { fittedLine, profiledLine, servedLine, servingLine, startedLine } from '../src/reporting/demo-lines.ts';
import { demoPlan } from '../src/reporting/demo-plan.ts';
import { toJson } from '../src/reporting/json.ts';
import type { DemoListener, DemoOptions } from '../src/compose.ts';
import { checkOutputs, commonFlags, numberFlag } from './flags.ts';

const exitCodeOf = ({ verdict }: Comparison): ExitCode => {
  if (verdict === 'invalid') return EXIT.invalid;
  return verdict === 'regressed' ? EXIT.regression : EXIT.done;
};

export default class Demo extends Command {
  static override summary = 'The main job without a GPU: an emulated cluster, profiled, fitted, and served twice; side by side with the energy saved.';

  static override flags = {
    ...commonFlags,
    cluster: Flags.string({ description: 'shipped cluster id or cluster file', default: 'emulated-2p2d-a100-llama-3.1-8b', helpValue: 'ID|FILE' }),
    workload: Flags.string({ description: 'shipped workload id', default: 'azure-conv-2023', helpValue: 'ID' }),
    trace: Flags.string({ description: 'replay an Azure trace CSV at its own times instead', helpValue: 'FILE', exclusive: ['workload', 'rate'] }),
    rate: numberFlag('rate', 'requests per second', { min: 0.01, max: 1000 })({ default: 8, helpValue: 'R' }),
    requests: numberFlag('requests', 'how many requests', { min: 1, max: 100_000, whole: true })({ default: 160, helpValue: 'N' }),
    seed: numberFlag('seed', 'seed of everything drawn', { min: 0, max: Number.MAX_SAFE_INTEGER, whole: true })({ default: 1, helpValue: 'N' }),
    governor: Flags.string({ description: "the second run's governor: max, fixed or slo [default: the cluster file's]", helpValue: 'G' }),
    routing: Flags.string({ description: "the second run's routing: round-robin, least-requests or eco [default: the cluster file's]", helpValue: 'R' }),
    'baseline-governor': Flags.string({ description: "the first run's governor", default: 'max', helpValue: 'G' }),
    'baseline-routing': Flags.string({ description: "the first run's routing", default: 'least-requests', helpValue: 'R' }),
    clocks: Flags.string({ description: 'the clock of governor fixed', helpValue: 'MHZ|PREFILL:DECODE' }),
    'slo-ttft': numberFlag('slo-ttft', "time to first token, instead of the cluster file's", { min: 1 })({ helpValue: 'MS' }),
    'slo-itl': numberFlag('slo-itl', "mean gap between tokens, instead of the cluster file's", { min: 1 })({ helpValue: 'MS' }),
    'gateway-port': numberFlag('gateway-port', 'port of the gateway; a free one when left out', { min: 0, max: 65_535, whole: true })({ helpValue: 'PORT' }),
    'dry-run': Flags.boolean({ description: 'print the plan and start nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Demo);
    const outputs = checkOutputs(flags.output);
    const { planDemo, runDemo, store } = await import('../src/compose.ts');
    const options = await planDemo({
      ...flags,
      trace: flags.trace,
      ratePerS: flags.rate,
      governor: flags.governor,
      routing: flags.routing,
      baselineGovernor: flags['baseline-governor'],
      baselineRouting: flags['baseline-routing'],
      clocks: flags.clocks,
      sloTtftMs: flags['slo-ttft'],
      sloItlMs: flags['slo-itl'],
      gatewayPort: flags['gateway-port'],
    });
    if (flags['dry-run']) {
      this.log(flags.json ? toJson(demoPlan(options).document) : demoPlan(options).text);
      return;
    }
    const say = this.#sayer(flags);
    const onLog = (source: string, line: string): void => {
      if (flags.verbose) this.logToStderr(`${source}: ${line}`);
    };
    const comparison = await runDemo(options, ['demo', ...this.argv], { listener: this.#listener(options, say), onLog });
    const json = toJson(comparison);
    for (const file of outputs) await store().write(file, `${json}\n`);
    this.log(flags.json ? json : renderComparison(comparison, { color: flags.color && Boolean(supportsColor) }));
    const exitCode = exitCodeOf(comparison);
    if (exitCode !== EXIT.done) this.exit(exitCode);
  }

  /** Progress is text for people: beside the table without --json, on stderr with it. */
  #sayer({ quiet, json }: { quiet: boolean; json: boolean }): (line: string) => void {
    if (quiet) return () => undefined;
    return (line) => (json ? this.logToStderr(line) : this.log(line));
  }

  #listener({ schedule }: DemoOptions, say: (line: string) => void): DemoListener {
    const spanS = (schedule.at(-1)?.arrivalMs ?? 0) / 1000;
    return {
      started: (instances, seconds) => say(startedLine(instances, seconds)),
      profiled: (profile, seconds) => say(profiledLine(profile, seconds)),
      fitted: (fitted) => say(fittedLine(fitted)),
      serving: (which, { governor, routing }) => say(servingLine(which, governor, routing, schedule.length, spanS)),
      served: (which, record) => say(servedLine(which, record)),
    };
  }
}
