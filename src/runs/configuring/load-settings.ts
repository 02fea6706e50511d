import { resolveSettings, type SettingSources } from '../../config/resolve-settings.ts';
import { parseSettingsFile } from '../../config/settings-file.ts';
import { CONFIG_VARIABLE, settingsFromVariables } from '../../config/variables.ts';
import type { ResolvedSettings, Settings } from '../../domain/settings.ts';
import type { Store } from '../../ports/store.ts';

export interface GivenSettings {
  /** `--config`, before `VOLTANA_CONFIG`. */
  readonly config: string | undefined;
  readonly flags: Partial<Settings>;
}

const fileOf = async (path: string | undefined, store: Store): Promise<SettingSources['file']> =>
  path === undefined || path === '' ? null : { path, settings: parseSettingsFile(await store.read(path), path) };

/** Every setting as it holds, and where it came from. @throws VoltanaError of exit code 2 that names file, variable and key */
export async function loadSettings(
  { config, flags }: GivenSettings,
  variables: Readonly<Record<string, string>>,
  store: Store,
): Promise<ResolvedSettings> {
  const environment = settingsFromVariables(variables);
  const file = await fileOf(config ?? variables[CONFIG_VARIABLE], store);
  return resolveSettings({ file, environment, flags });
}
