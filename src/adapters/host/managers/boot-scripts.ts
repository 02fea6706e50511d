import type { FoundManager } from '../../../domain/manager.ts';
import { numberedLines } from './finding.ts';
import { commandSettings, scriptSettings } from './scripts.ts';
import type { Tree } from './tree.ts';

const RC_LOCAL = ['/etc/rc.local', '/etc/rc.d/rc.local'];

/** Nothing runs it unless it may be executed. */
export async function rcLocalManagers(tree: Tree): Promise<FoundManager[]> {
  const found: FoundManager[] = [];
  for (const path of RC_LOCAL) {
    // On many systems one is a link to the other.
    if ((await tree.link(path)) !== null || !(await tree.isExecutable(path))) continue;
    for (const { line, number } of numberedLines((await tree.text(path)) ?? ''))
      found.push(...(await commandSettings(tree, 'rc-local', `${path}:${number}`, line, `Remove line ${number} of ${path}`)));
  }
  return found;
}

const SYSTEM_TABLES = ['/etc/crontab'];
const SYSTEM_FOLDER = '/etc/cron.d';
const USER_FOLDERS = ['/var/spool/cron/crontabs', '/var/spool/cron'];
const SCRIPT_FOLDERS = ['/etc/cron.hourly', '/etc/cron.daily', '/etc/cron.weekly', '/etc/cron.monthly'];
const TIMES = 5;
/** cron passes over files whose names hold a dot. */
const CRON_NAME = /^[\w-]+$/;

/** The command of a line of a crontab; null for comments and variables. @param users whether a user's name stands before it */
function commandOf(line: string, users: boolean): string | null {
  const text = line.trim();
  if (text === '' || text.startsWith('#') || /^\w+\s*=/.test(text)) return null;
  const times = text.startsWith('@') ? 1 : TIMES;
  return (
    text
      .split(/\s+/)
      .slice(times + (users ? 1 : 0))
      .join(' ') || null
  );
}

async function inTable(tree: Tree, path: string, users: boolean): Promise<FoundManager[]> {
  const found: FoundManager[] = [];
  for (const { line, number } of numberedLines((await tree.text(path)) ?? '')) {
    const command = commandOf(line, users);
    if (command !== null)
      found.push(...(await commandSettings(tree, 'cron', `${path}:${number}`, command, `Remove line ${number} of ${path}`)));
  }
  return found;
}

const filesIn = async (tree: Tree, folder: string): Promise<string[]> =>
  (await tree.names(folder)).filter((name) => CRON_NAME.test(name)).map((name) => `${folder}/${name}`);

/** Lines and scripts that cron runs. */
export async function cronManagers(tree: Tree): Promise<FoundManager[]> {
  const found: FoundManager[] = [];
  for (const path of [...SYSTEM_TABLES, ...(await filesIn(tree, SYSTEM_FOLDER))]) found.push(...(await inTable(tree, path, true)));
  for (const folder of USER_FOLDERS) for (const path of await filesIn(tree, folder)) found.push(...(await inTable(tree, path, false)));
  for (const folder of SCRIPT_FOLDERS) {
    for (const path of await filesIn(tree, folder)) {
      if (!(await tree.isExecutable(path))) continue;
      found.push(...scriptSettings('cron', path, (await tree.text(path)) ?? '', `Remove that line of ${path}`));
    }
  }
  return found;
}
