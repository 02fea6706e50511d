import { settingsFromFlags } from '../src/config/resolve-settings.ts';
import type { ResolvedSettings } from '../src/domain/settings.ts';
import { numberSetting, switchSetting, textSetting } from './flags.ts';

/** What is set for a run: the load, the two contenders, the promises, the screen. */
export const runSettings = {
  cluster: textSetting('cluster'),
  workload: textSetting('workload'),
  rate: numberSetting('rate'),
  requests: numberSetting('requests'),
  seed: numberSetting('seed'),
  governor: textSetting('governor'),
  routing: textSetting('routing'),
  'baseline-governor': textSetting('baselineGovernor'),
  'baseline-routing': textSetting('baselineRouting'),
  clocks: textSetting('clocks'),
  'slo-ttft': numberSetting('sloTtftMs'),
  'slo-itl': numberSetting('sloItlMs'),
  'gateway-port': numberSetting('gatewayPort'),
  tui: switchSetting('tui'),
};

/** What holds for a command: its flags before the environment before the config file before the defaults. */
export async function settingsOf(flags: { readonly config?: string | undefined }): Promise<ResolvedSettings> {
  const { settings } = await import('../src/compose.ts');
  return settings({ config: flags.config, flags: settingsFromFlags(flags) });
}
