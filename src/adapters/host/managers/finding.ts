import type { FoundManager } from '../../../domain/manager.ts';
import type { Setting } from './settings.ts';

type Verdict = Pick<FoundManager, 'verdict' | 'advice'>;

/**
 * What a lock cannot bring back is not touched: a driver tells no earlier GPU lock. Processors tell theirs, so they are
 * given back as they were. Power limits and clock locks stand side by side: whichever is lower holds.
 */
export function verdictOn({ sets, families, tool }: Pick<Setting, 'sets' | 'families' | 'tool'>, undo: string): Verdict {
  if (families.every((family) => family === 'cpufreq'))
    return { verdict: 'warn', advice: `${undo}, or leave it: processors are given back as they were.` };
  if (sets === 'power') return { verdict: 'cede', advice: `Nothing to do: power limits stay those of ${tool}; voltana only locks clocks.` };
  return {
    verdict: 'refuse',
    advice: `${undo}; or name those clocks in restoreTo and this manager in ignoreManagers of the agent's configuration.`,
  };
}

/** A command that a file makes this machine run. */
export const configuredBy = (name: string, place: string, setting: Setting, undo: string): FoundManager => {
  const { sets, families, devices } = setting;
  return { name, found: `${place} (${setting.tool})`, sets, families, devices, confidence: 'configured', ...verdictOn(setting, undo) };
};

/** Lines with their numbers, from 1. A line that ends with a backslash goes on. */
export function numberedLines(text: string): { readonly line: string; readonly number: number }[] {
  const lines: { line: string; number: number }[] = [];
  let goesOn = false;
  for (const [i, raw] of text.split(/\r?\n/).entries()) {
    const last = lines.at(-1);
    if (goesOn && last !== undefined) last.line = `${last.line.slice(0, -1)} ${raw}`;
    else lines.push({ line: raw, number: i + 1 });
    goesOn = raw.endsWith('\\') && !raw.trimStart().startsWith('#');
  }
  return lines;
}
