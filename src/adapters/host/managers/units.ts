import type { FoundManager } from '../../../domain/manager.ts';
import { numberedLines } from './finding.ts';
import { commandSettings } from './scripts.ts';
import type { Tree } from './tree.ts';

/** As systemd looks for units: the first folder that has one wins. */
const FOLDERS = [
  '/etc/systemd/system',
  '/run/systemd/system',
  '/usr/local/lib/systemd/system',
  '/usr/lib/systemd/system',
  '/lib/systemd/system',
];
/** Stopping and reloading happen when somebody asks. */
const START = /^Exec(StartPre|Start|StartPost|Condition)\s*=\s*(.+)$/;
const MASK = '/dev/null';
const NAME = 'boot-unit';

/** Units that something enabled wants: links in `*.wants` and `*.requires`; a timer's service too. */
async function enabledUnits(tree: Tree): Promise<ReadonlySet<string>> {
  const enabled = new Set<string>();
  for (const folder of FOLDERS) {
    const wants = (await tree.names(folder)).filter((name) => /\.(wants|requires)$/.test(name));
    for (const want of wants) for (const name of await tree.names(`${folder}/${want}`)) enabled.add(name);
  }
  for (const name of [...enabled]) {
    if (!name.endsWith('.timer')) continue;
    const timer = await unitText(tree, name);
    enabled.add(timer === null ? '' : (/^Unit\s*=\s*(\S+)/m.exec(timer.text)?.[1] ?? name.replace(/\.timer$/, '.service')));
  }
  return enabled;
}

interface UnitText {
  readonly path: string;
  readonly text: string;
}

/** What holds of a unit: the first folder's, null for one that is masked or nowhere. An instance `a@b` is made from `a@`. */
async function unitText(tree: Tree, unit: string): Promise<UnitText | null> {
  for (const name of [unit, unit.replace(/@.*\./, '@.')]) {
    for (const folder of FOLDERS) {
      const path = `${folder}/${name}`;
      if ((await tree.link(path)) === MASK) return null;
      const text = await tree.text(path);
      if (text !== null) return { path, text };
    }
  }
  return null;
}

/** Additions by an administrator: `NAME.d/*.conf`. */
async function additions(tree: Tree, unit: string): Promise<UnitText[]> {
  const found: UnitText[] = [];
  for (const folder of FOLDERS.map((name) => `${name}/${unit}.d`)) {
    for (const name of (await tree.names(folder)).filter((one) => one.endsWith('.conf'))) {
      const text = await tree.text(`${folder}/${name}`);
      if (text !== null) found.push({ path: `${folder}/${name}`, text });
    }
  }
  return found;
}

/** Whether anything starts it at boot or by a timer. */
export const isEnabled = async (tree: Tree, unit: string): Promise<boolean> =>
  (await enabledUnits(tree)).has(unit) && (await unitText(tree, unit)) !== null;

/** systemd units that set clocks or power when they start; those that nothing enables are not looked at. */
export async function unitManagers(tree: Tree): Promise<FoundManager[]> {
  const found: FoundManager[] = [];
  for (const unit of [...(await enabledUnits(tree))].filter((name) => name.endsWith('.service')).sort()) {
    const own = await unitText(tree, unit);
    for (const { path, text } of own === null ? [] : [own, ...(await additions(tree, unit))]) {
      for (const { line, number } of numberedLines(text)) {
        const command = START.exec(line.trim())?.[2];
        if (command === undefined) continue;
        found.push(
          ...(await commandSettings(tree, NAME, `${path}:${number}`, command, `Disable it: sudo systemctl disable --now ${unit}`)),
        );
      }
    }
  }
  return found;
}
