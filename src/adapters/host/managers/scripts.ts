import type { FoundManager } from '../../../domain/manager.ts';
import { configuredBy, numberedLines } from './finding.ts';
import { settingsIn } from './settings.ts';
import type { Tree } from './tree.ts';
import { commandsIn } from './words.ts';

/** Where scripts that administrators write lie; a program of the system itself is not searched. */
const SCRIPT = /^\/(usr\/local|opt|etc|root|home|srv|var)\/[\w./+-]+$/;
const MOST_SCRIPTS = 16;

/** Scripts that a command line starts, by their full paths. */
const scriptsOf = (command: string): string[] =>
  commandsIn(command)
    .flatMap(({ words }) => words.map((word) => word.replace(/^[-@:+!]+/, '')))
    .filter((word) => SCRIPT.test(word))
    .slice(0, MOST_SCRIPTS);

const isScript = (text: string): boolean => text.startsWith('#!') && !text.includes('\0');

/** What the lines of a script set. */
export const scriptSettings = (name: string, path: string, text: string, undo: string, because = ''): FoundManager[] =>
  numberedLines(text).flatMap(({ line, number }) =>
    settingsIn(line).map((setting) => configuredBy(name, `${path}:${number}${because}`, setting, undo)),
  );

/** What a command sets, itself or in a script that it starts. Scripts that scripts start are not followed. */
export async function commandSettings(tree: Tree, name: string, place: string, command: string, undo: string): Promise<FoundManager[]> {
  const own = settingsIn(command).map((setting) => configuredBy(name, place, setting, undo));
  if (own.length > 0) return own;
  const found: FoundManager[] = [];
  for (const script of scriptsOf(command)) {
    const text = await tree.text(script);
    if (text !== null && isScript(text)) found.push(...scriptSettings(name, script, text, undo, `, started by ${place}`));
  }
  return found;
}
