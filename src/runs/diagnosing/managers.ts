import type { Check } from '../../domain/diagnosis.ts';
import type { DeviceFamily } from '../../domain/device.ts';
import type { FoundManager } from '../../domain/manager.ts';
import { failure, ok, warning } from './check.ts';

const ID = 'managers.found';
const WORDS: Readonly<Record<FoundManager['sets'], string>> = { clocks: 'clocks', power: 'power', both: 'clocks and power' };
const WHOM: Readonly<Record<DeviceFamily, string>> = { nvml: 'NVIDIA GPUs', amdgpu: 'AMD GPUs', cpufreq: 'processors' };

function textOf({ name, found, sets, devices, confidence, families }: FoundManager): string {
  const whom = devices === null ? families.map((family) => WHOM[family]).join(' and ') : devices.join(', ');
  return `${name} ${confidence === 'active' ? 'sets' : 'is set up to set'} ${WORDS[sets]} of ${whom}: ${found}`;
}

function managerCheck(manager: FoundManager, here: ReadonlySet<DeviceFamily>): Check {
  const text = textOf(manager);
  const { verdict, advice, families } = manager;
  if (!families.some((family) => here.has(family))) return ok(ID, `${text}; nothing here that it could disturb`);
  if (verdict === 'refuse') return failure(ID, `${text}; these are not lent`, advice, 4);
  // Processors beside GPUs are not what voltana is here for.
  if (verdict === 'warn' && families.every((family) => family === 'cpufreq') && here.size > 1) return ok(ID, `${text}; it may`);
  return warning(ID, verdict === 'cede' ? `${text}; power stays its own` : text, advice);
}

/** What else sets clocks or power. @param ours the agent, which is no other manager here */
export function managerChecks(found: readonly FoundManager[], here: ReadonlySet<DeviceFamily>, ours: number | null): Check[] {
  const others = found.filter((manager) => ours === null || manager.found !== `process ${ours}`);
  if (others.length === 0) return [ok(ID, 'nothing else here sets clocks or power, as far as files and processes tell')];
  return others.map((manager) => managerCheck(manager, here));
}

/** The same where only an agent elsewhere can tell. */
export const toldManagers = (managers: readonly string[]): Check[] =>
  managers.length === 0
    ? [ok(ID, 'the agent has found nothing else that sets clocks or power')]
    : managers.map((text) => warning(ID, text, 'docs/safety.md says what the agent does about each.'));
