import { Command, Flags } from '@oclif/core';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import { EXIT } from '../src/domain/exit-codes.ts';
import type { RecordedProfile } from '../src/domain/profile.ts';
import { toJson } from '../src/reporting/json.ts';
import { renderProfile, renderProfilePlan } from '../src/reporting/profile.ts';
import type { AnyProfileOptions, JournalPlace, ProfileOutcome, ProfileView } from '../src/compose/profiling.ts';
import { commonFlags, numberFlag, numberSetting, outputFlag, switchSetting, textSetting } from './flags.ts';
import { createLog } from './log.ts';
import { screenWanted, shown } from './screen-wanted.ts';
import { settingsOf } from './settings.ts';

const DEFAULT_GPU_MINUTES = 10;
const SAY_EVERY = 20;

/** More than half of an instance's points that do not count are no profile of it. */
const isInvalid = ({ points, sweeps = [] }: RecordedProfile): boolean =>
  sweeps.some(({ instance }) => {
    const own = points.filter((point) => point.instance === instance && !point.control);
    return own.filter(({ valid }) => valid).length * 2 <= own.length;
  });

export default class Profile extends Command {
  static override summary = "Measures a deployment's latency and power across clocks and loads: few points, chosen where they tell most.";

  static override flags = {
    ...commonFlags,
    output: outputFlag('; every point is kept beside the first FILE as soon as it is measured, as NAME.journal.jsonl'),
    cluster: textSetting('cluster'),
    seed: numberSetting('seed'),
    phase: Flags.string({ description: 'phases to measure [default: prefill,decode]', helpValue: 'LIST' }),
    clocks: Flags.string({ description: 'clocks to lock [default: auto, the whole table]', helpValue: 'LIST|auto' }),
    instances: Flags.string({ description: 'instances to measure [default: the first of each phase]', helpValue: 'LIST|all' }),
    'max-gpu-minutes': numberFlag('max-gpu-minutes', `GPU minutes in all, locks and warm-up included [default: ${DEFAULT_GPU_MINUTES}]`, {
      min: 0.1,
      max: 100_000,
    })({ helpValue: 'N' }),
    'virtual-time': Flags.boolean({ description: 'an emulated cluster on virtual time: the same measurement in seconds' }),
    resume: Flags.string({ description: 'go on with an interrupted profile: its journal', helpValue: 'RUN', exclusive: ['dry-run'] }),
    tui: switchSetting('tui'),
    'dry-run': Flags.boolean({ description: 'print the plan and its cost, and start nothing' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Profile);
    // --clocks is a list here, and no setting.
    const { clocks, ...settable } = flags;
    const settings = valuesOf(await settingsOf(settable));
    const { planProfile, profileProspect, profileView } = await import('../src/compose/profiling.ts');
    const { timestamp } = await import('../src/compose.ts');
    const { checkOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const options = await planProfile({
      cluster: settings.cluster,
      phase: flags.phase,
      clocks,
      instances: flags.instances,
      maxGpuMinutes: flags['max-gpu-minutes'] ?? DEFAULT_GPU_MINUTES,
      seed: settings.seed,
      virtualTime: flags['virtual-time'],
    });
    if (flags['dry-run']) {
      const prospect = profileProspect(options);
      this.log(flags.json ? toJson(prospect).trimEnd() : renderProfilePlan(prospect));
      return;
    }
    if (outputs.length === 0 && !flags.json) {
      throw new VoltanaError('BAD_FLAG', 'a profile needs a file', { hint: 'Give --output FILE.json, or --dry-run to see the plan.' });
    }
    const outlets = { out: (line: string) => this.log(line), err: (line: string) => this.logToStderr(line), now: timestamp };
    const log = createLog(outlets, { ...settings, json: flags.json });
    const view = await profileView(options, screenWanted(settings, flags.json), log);
    const { document, journal } = await this.#measure(options, { output: outputs[0], resume: flags.resume }, view);
    this.log(flags.json ? toJson(document).trimEnd() : renderProfile(document, outputs[0]));
    // After it was printed: a file that cannot be written must not cost the result, nor its journal.
    const { writeOutputs } = await import('./outputs.ts');
    await writeOutputs(outputs, document);
    if (outputs.length > 0) await journal.discard();
    if (isInvalid(document)) this.exit(EXIT.invalid);
  }

  async #measure(options: AnyProfileOptions, place: JournalPlace, view: ProfileView): Promise<ProfileOutcome> {
    const { runProfile } = await import('../src/compose/profiling.ts');
    const { listener, say } = view;
    let points = 0;
    const hooks = {
      onNote: (note: string) => say(note, 'resume', 'warn'),
      onStart: (instances: readonly string[]) => say(`profiling ${instances.join(', ')} of ${options.cluster.name}`, 'profile'),
      onPoint: (text: string) => say(text, 'profile', ++points % SAY_EVERY === 0 ? 'info' : 'debug'),
      onLog: (source: string, line: string) => say(`${source}: ${line}`, 'process', 'debug'),
      watch: listener,
    } as const;
    return shown(view, runProfile(options, place, ['profile', ...this.argv], hooks));
  }
}
