import type { FoundManager } from '../../../domain/manager.ts';
import { lastValue } from './key-values.ts';
import type { Tree } from './tree.ts';
import { isEnabled } from './units.ts';

const FOLDER = '/etc/tlp.d';
const KEYS = ['CPU_SCALING_MAX_FREQ_ON_AC', 'CPU_SCALING_MIN_FREQ_ON_AC', 'CPU_SCALING_MAX_FREQ_ON_BAT', 'CPU_SCALING_MIN_FREQ_ON_BAT'];

/** TLP sets processor clocks whenever the power supply changes, if its configuration names any. */
export async function tlpManagers(tree: Tree): Promise<FoundManager[]> {
  if (!(await isEnabled(tree, 'tlp.service'))) return [];
  const additions = (await tree.names(FOLDER)).filter((name) => name.endsWith('.conf')).map((name) => `${FOLDER}/${name}`);
  for (const file of [...additions, '/etc/tlp.conf']) {
    const text = (await tree.text(file)) ?? '';
    const line = KEYS.map((key) => lastValue(text, key)).find((found) => found !== null && found.value !== '');
    if (!line) continue;
    const advice = `Take those lines out of ${file}, then: sudo tlp start.`;
    const found = `${file}:${line.number}`;
    return [
      { name: 'tlp', found, sets: 'clocks', families: ['cpufreq'], devices: null, confidence: 'configured', verdict: 'refuse', advice },
    ];
  }
  return [];
}
