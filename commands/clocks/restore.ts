import { Command, Flags } from '@oclif/core';
import { VoltanaError } from '../../src/domain/errors.ts';
import { EXIT } from '../../src/domain/exit-codes.ts';
import { eventLine, renderRestored, restoredDocument } from '../../src/reporting/clocks.ts';
import { toJson } from '../../src/reporting/json.ts';
import { agentFlags, askedAgent } from '../agent-flags.ts';
import { commonFlags } from '../flags.ts';
import { settingsOf } from '../settings.ts';

type Did = 'restore' | 'drain' | 'resume' | 'direct';

export default class ClocksRestore extends Command {
  static override summary =
    'Gives the clocks of a node back: ends the leases and brings the defaults, also of what nobody there has locked.';

  static override flags = {
    ...commonFlags,
    ...agentFlags,
    config: Flags.string({
      description: "the agent's file, for --direct [default: /etc/voltana/agent.yaml, where there is one]",
      helpValue: 'FILE',
    }),
    gpu: Flags.string({
      description: 'only this device: an id, its beginning, a PCI address or a number; may be repeated [default: all]',
      helpValue: 'ID',
      multiple: true,
      multipleNonGreedy: true,
    }),
    drain: Flags.boolean({
      description: 'all of them, and take no lease until --resume: for driver upgrades, and as a kill switch',
      exclusive: ['gpu', 'resume', 'direct'],
    }),
    resume: Flags.boolean({ description: 'let a drained agent go on', exclusive: ['gpu', 'direct'] }),
    direct: Flags.boolean({
      description: 'in this process, as root, when no agent runs: also what its journal names',
      exclusive: ['token-file', 'ca-file', 'cert-file'],
    }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(ClocksRestore);
    const { config, ...others } = flags;
    await settingsOf({ ...others, config: undefined });
    const { checkOutputs, writeOutputs } = await import('../outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const did: Did = flags.direct ? 'direct' : flags.drain ? 'drain' : flags.resume ? 'resume' : 'restore';
    const { report, isRoot } = await this.#do(did, flags, config);
    const document = restoredDocument(did, report);
    const text = report === null ? 'the agent lends clocks again' : renderRestored(report);
    this.log(flags.json ? toJson(document).trimEnd() : text);
    await writeOutputs(outputs, document);
    if (report !== null && report.failed.length > 0) this.exit(isRoot ? EXIT.cluster : EXIT.permission);
  }

  async #do(did: Did, flags: Parameters<typeof askedAgent>[0] & { readonly gpu?: string[] | undefined }, config: string | undefined) {
    const agent = askedAgent(flags);
    if (did === 'direct') return this.#direct(agent, flags.gpu ?? [], config);
    const { drainThrough, restoreThrough, resumeThrough } = await import('../../src/compose/clocks.ts');
    if (did === 'drain') return { report: await drainThrough(agent), isRoot: true };
    if (did === 'restore') return { report: await restoreThrough(agent, flags.gpu ?? []), isRoot: true };
    await resumeThrough(agent);
    return { report: null, isRoot: true };
  }

  async #direct(agent: ReturnType<typeof askedAgent>, devices: readonly string[], file: string | undefined) {
    const { answersAt } = await import('../../src/compose/clocks.ts');
    if (await answersAt(agent)) {
      throw new VoltanaError('PORT_TAKEN', `an agent answers at ${agent.address}: it would set again what is restored behind its back`, {
        hint: 'Leave --direct out, or stop the agent first (systemctl stop voltana-agent).',
      });
    }
    const { planAgent, restoreHere } = await import('../../src/compose/agent.ts');
    const { config, isRoot } = await planAgent(file);
    const tell = (line: string): void => this.logToStderr(line);
    const report = await restoreHere(config, devices, { onEvent: (entry) => tell(eventLine(entry)), onProblem: tell });
    return { report, isRoot };
  }
}
