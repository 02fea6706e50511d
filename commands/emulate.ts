import { Command } from '@oclif/core';
import { nameOrigin } from '../src/config/name-origin.ts';
import { valuesOf } from '../src/config/resolve-settings.ts';
import { emulatedDocument, renderEmulated } from '../src/reporting/emulated-engines.ts';
import { toJson } from '../src/reporting/json.ts';
import { commonFlags, textSetting } from './flags.ts';
import { createLog } from './log.ts';
import { settingsOf } from './settings.ts';

export default class Emulate extends Command {
  static override summary = 'Runs emulated engines and GPUs alone until Ctrl-C, for testing other routers, and prints where they listen.';

  static override flags = { ...commonFlags, cluster: textSetting('cluster') };

  async run(): Promise<void> {
    const { flags } = await this.parse(Emulate);
    const settings = await settingsOf(flags);
    const values = valuesOf(settings);
    const { planEmulate, runEmulate } = await import('../src/compose/emulate.ts');
    const { timestamp } = await import('../src/compose.ts');
    const { checkOutputs, writeOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const options = await planEmulate(values.cluster).catch((error: unknown) => {
      throw nameOrigin(error, settings);
    });
    const log = createLog(
      { out: (line) => this.log(line), err: (line) => this.logToStderr(line), now: timestamp },
      { ...values, json: flags.json },
    );
    await runEmulate(options, {
      onReady: async (instances) => {
        const document = emulatedDocument(options.cluster, instances);
        await writeOutputs(outputs, document);
        this.log(flags.json ? toJson(document).trimEnd() : renderEmulated(instances));
        log('every engine answers; Ctrl-C ends them', 'emulate');
      },
      onLog: (source, line) => log(`${source}: ${line}`, 'process', 'debug'),
    });
  }
}
