import { Command, Flags } from '@oclif/core';
import { doctorText } from '../src/reporting/doctor.ts';
import { toJson } from '../src/reporting/json.ts';
import { agentFlags } from './agent-flags.ts';
import { commonFlags, numberFlag } from './flags.ts';
import { settingsOf } from './settings.ts';

/** A few refreshes of an energy counter; 10 Hz gives twenty readings. */
const WATCH_S = 2;
const MS_PER_S = 1000;

export default class Doctor extends Command {
  static override summary =
    'Checks what stands between this machine and lower clocks: drivers, permission, devices, other power managers, engines. Changes nothing.';

  static override examples = ['<%= config.bin %> doctor', '<%= config.bin %> doctor --cluster cluster.yaml --json'];

  static override flags = {
    ...commonFlags,
    cluster: Flags.string({ description: 'look at the engines, ports, keys and agents of this cluster too', helpValue: 'FILE|ID' }),
    ...agentFlags,
    nvml: Flags.string({ description: "NVIDIA's library [default: libnvidia-ml.so.1]", helpValue: 'FILE', env: 'VOLTANA_NVML_LIBRARY' }),
    sysfs: Flags.string({
      description: "where this machine's files are, for containers that see the host's [default: /]",
      helpValue: 'ROOT',
    }),
    watch: numberFlag('watch', 'look at the devices for S seconds [default: 2]', { min: 0, max: 600 })({ helpValue: 'S' }),
  };

  async run(): Promise<void> {
    const { flags } = await this.parse(Doctor);
    await settingsOf(flags);
    const { runDoctor } = await import('../src/compose/doctor.ts');
    const { checkOutputs, writeOutputs } = await import('./outputs.ts');
    const outputs = await checkOutputs(flags.output);
    const diagnosis = await runDoctor(
      {
        cluster: flags.cluster,
        agent: flags.agent,
        credentials: { tokenFile: flags['token-file'], caFile: flags['ca-file'], certFile: flags['cert-file'], keyFile: flags['key-file'] },
        nvmlLibrary: flags.nvml,
        root: flags.sysfs,
        watchMs: (flags.watch ?? WATCH_S) * MS_PER_S,
      },
      ['doctor', ...this.argv],
    );
    this.log(flags.json ? toJson(diagnosis).trimEnd() : doctorText(diagnosis));
    await writeOutputs(outputs, diagnosis);
    if (diagnosis.exitCode !== 0) this.exit(diagnosis.exitCode);
  }
}
