import { Args, Command, Flags } from '@oclif/core';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { toJson } from '../src/reporting/json.ts';
import { renderSnapshot } from '../src/reporting/snapshot.ts';
import { commonFlags, numberFlag, switchSetting } from './flags.ts';
import { createLog } from './log.ts';
import { screenWanted } from './screen-wanted.ts';
import { settingsOf } from './settings.ts';

export default class Watch extends Command {
  static override summary = 'The live screen of a running gateway, over HTTP; it only looks.';

  static override args = {
    url: Args.string({ name: 'URL', description: 'gateway that voltana serves: http://HOST:PORT', required: true }),
  };

  static override flags = {
    ...commonFlags,
    once: Flags.boolean({ description: 'print how it stands now, and end', exclusive: ['duration'] }),
    tui: switchSetting('tui'),
    duration: numberFlag('duration', 'end after S seconds [default: Ctrl-C ends it]', { min: 0.1, max: 1e9 })({ helpValue: 'S' }),
    'api-key-file': Flags.string({ description: 'file that holds an API key of the gateway [default: OPENAI_API_KEY]', helpValue: 'FILE' }),
    'endpoint-ca-file': Flags.string({ description: "CA of the gateway's certificate [default: the system's]", helpValue: 'FILE' }),
    insecure: Flags.boolean({ description: "take any certificate of the gateway's" }),
  };

  async run(): Promise<void> {
    const { args, flags } = await this.parse(Watch);
    const values = valuesOf(await settingsOf(flags));
    const { lookOnce, watch } = await import('../src/compose/watching.ts');
    const { timestamp } = await import('../src/compose.ts');
    const { checkOutputs, writeOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const { 'api-key-file': apiKeyFile, 'endpoint-ca-file': caFile, insecure } = flags;
    const address = { url: args.url, apiKeyFile, caFile, insecure };
    if (flags.once) {
      const { raw, snapshot } = await lookOnce(address);
      this.log(flags.json ? toJson(raw).trimEnd() : renderSnapshot(snapshot, args.url));
      return writeOutputs(outputs, raw);
    }
    const log = createLog(
      { out: (line) => this.log(line), err: (line) => this.logToStderr(line), now: timestamp },
      { ...values, json: flags.json },
    );
    const showing = { title: 'voltana watch', wanted: screenWanted(values, flags.json), say: log };
    const { last, interrupted } = await watch(address, flags.duration ?? null, showing);
    if (flags.json) this.log(toJson(last.raw).trimEnd());
    await writeOutputs(outputs, last.raw);
    // The gateway goes on: that somebody has seen enough is no error to tell of.
    if (interrupted) this.exit(interrupted.exitCode);
  }
}
