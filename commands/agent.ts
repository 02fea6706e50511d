import { Command, Flags } from '@oclif/core';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import { agentDocument, agentPlan } from '../src/reporting/agent-plan.ts';
import { eventLine, lentLines } from '../src/reporting/clocks.ts';
import { toJson } from '../src/reporting/json.ts';
import { commonFlags } from './flags.ts';
import { createLog } from './log.ts';
import { settingsOf } from './settings.ts';

export default class Agent extends Command {
  static override summary =
    "Owns the clocks and power meters of this machine's devices, lends them to gateways, and gives them back whatever happens to those.";

  static override flags = {
    ...commonFlags,
    config: Flags.string({ description: "the agent's file [default: /etc/voltana/agent.yaml, where there is one]", helpValue: 'FILE' }),
    'dry-run': Flags.boolean({ description: 'print what it would listen on, lend and allow, and start nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Agent);
    const { config: file, ...others } = flags;
    const values = valuesOf(await settingsOf({ ...others, config: undefined }));
    const { planAgent, runAgent } = await import('../src/compose/agent.ts');
    const { timestamp } = await import('../src/compose.ts');
    const { checkOutputs, writeOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const { config, warnings } = await planAgent(file);
    if (flags['dry-run']) {
      const { text, document } = agentPlan(config, warnings);
      return this.log(flags.json ? toJson(document).trimEnd() : text);
    }
    const log = createLog(
      { out: (line) => this.log(line), err: (line) => this.logToStderr(line), now: timestamp },
      { ...values, json: flags.json },
    );
    for (const warning of warnings) log(warning, 'agent', 'warn');
    const { ended, report } = await runAgent(config, {
      onReady: async (addresses, status, strangers) => {
        const document = agentDocument(config, addresses, warnings);
        await writeOutputs(outputs, document);
        if (flags.json) this.log(toJson(document).trimEnd());
        log(`${config.node}: lends clocks at ${addresses.join(' and ')}`, 'agent');
        for (const { text, level } of lentLines(status, strangers)) log(text, 'agent', level);
      },
      onEvent: (entry) => log(eventLine(entry), 'clocks'),
      onProblem: (text) => log(text, 'agent', 'warn'),
    });
    for (const { id, problem } of report.failed)
      log(`${id} could not be given back, the next start tries again: ${problem}`, 'agent', 'warn');
    if (report.failed.length > 0) this.exit(EXIT.cluster);
    log('everything is given back', 'agent');
    // A service that is told to stop and does has not failed; Ctrl-C ends a command as everywhere.
    if (ended.code !== 'TERMINATED') this.exit(ended.exitCode);
  }
}
