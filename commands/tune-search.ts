import { valuesOf } from '../src/config/resolve-settings.ts';
import { VoltanaError } from '../src/domain/errors.ts';
import type { ResolvedSettings } from '../src/domain/settings.ts';
import { toJson } from '../src/reporting/json.ts';
import { searchPlan } from '../src/reporting/tuning/plan.ts';
import { TUNING_ENDINGS, tuningText } from '../src/reporting/tuning/render.ts';
import { renderTuning } from '../src/reporting/tuning/summary.ts';
import type { TuneRequest } from '../src/compose/tuning.ts';
import { createLog } from './log.ts';
import { screenWanted, shown } from './screen-wanted.ts';
import { settingsOf } from './settings.ts';
import { searchFlags, type TuneFlags } from './tune-flags.ts';
import { searchHooks } from './tune-lines.ts';

type Given = Readonly<Record<string, unknown>>;

/** Flag -> key of a request, where they differ in more than their hyphens. */
const KEYS: Readonly<Record<string, keyof TuneRequest>> = {
  'slo-ttft': 'sloTtftMs',
  'slo-itl': 'sloItlMs',
  'power-budget': 'powerBudgetW',
};
const keyOf = (flag: string): string => KEYS[flag] ?? flag.replace(/-./g, (hit) => hit[1]!.toUpperCase());

const searchGiven = (flags: Given): string[] => Object.keys(searchFlags).filter((flag) => flags[flag] !== undefined);

/** What a config file or the environment says; a default is not what somebody asked for, and `tune` has no single governor or rate. */
const SETTINGS = ['workload', 'rate', 'sloTtftMs', 'sloItlMs'] as const;
function settingsAsked(settings: ResolvedSettings, flags: Given): Partial<TuneRequest> {
  const otherLoad = flags['trace'] !== undefined || flags['from'] !== undefined;
  const asked = SETTINGS.filter((key) => settings[key].origin.source !== 'default' && !(key === 'workload' && otherLoad));
  return Object.fromEntries(asked.map((key) => [key, settings[key].value]));
}

/** A search that goes on is the one that was begun. @throws VoltanaError BAD_FLAG */
function checkUnchanged(flags: Given): void {
  const [flag] = searchGiven(flags);
  if (flag === undefined) return;
  throw new VoltanaError('BAD_FLAG', `--resume goes on with what was begun, and --${flag} would change it`, {
    hint: `Leave --${flag} out, or begin anew without --resume.`,
  });
}

async function requestOf(flags: TuneFlags, settings: ResolvedSettings): Promise<TuneRequest> {
  if (flags.resume !== undefined) {
    checkUnchanged(flags);
    const { searchOfPartial } = await import('../src/compose/tuning.ts');
    return searchOfPartial(flags.resume);
  }
  const given = Object.fromEntries(searchGiven(flags).map((flag) => [keyOf(flag), (flags as Given)[flag]]));
  return { ...settingsAsked(settings, flags), ...given, seed: settings.seed.value };
}

export interface Outlets {
  readonly print: (text: string) => void;
  readonly printError: (line: string) => void;
}

/** `voltana tune --search`: plans, searches, prints and writes. @throws VoltanaError */
export async function tuneSearch(flags: TuneFlags, argv: readonly string[], { print, printError }: Outlets): Promise<void> {
  const { checkOutputs, pageOf, writeTextOutputs } = await import('./outputs.ts');
  const { store, timestamp } = await import('../src/compose.ts');
  const { clusterFiles, clusterNames, planTuning, requestsAfter, runTuning, searchView, statusLine } =
    await import('../src/compose/tuning.ts');
  // --rate goes beyond what settings take.
  const { rate: _rate, ...settable } = flags;
  const settings = await settingsOf(settable);
  const values = valuesOf(settings);
  const request = await requestOf(flags, settings);
  const outputs = await checkOutputs(flags.output, TUNING_ENDINGS);
  const clusterFile = flags['cluster-output'];
  const plan = await planTuning(request);
  if (clusterFile !== undefined) for (const name of clusterNames(plan, clusterFile)) await store().assertWritable(name);
  if (flags['dry-run']) {
    const { document, text } = searchPlan({ ...plan, laterRequests: requestsAfter(plan) });
    return print(flags.json ? toJson(document).trimEnd() : text);
  }
  const log = createLog({ out: printError, err: printError, now: timestamp }, { ...values, json: flags.json });
  const wishes = { resume: flags.resume, workers: flags.workers, argv };
  const view = await searchView(plan, wishes, screenWanted(values, flags.json), log);
  const status = values.quiet || values.logFormat === 'json' || !view.plain ? null : statusLine();
  const { tuning, unkept } = await shown(view, runTuning(plan, wishes, searchHooks(view, status))).finally(() => status?.(''));
  print(flags.json ? toJson(tuning).trimEnd() : renderTuning(tuning));
  await writeTextOutputs(outputs, (file) => (file.endsWith('.html') ? pageOf(file, tuning) : tuningText(tuning, file)));
  if (clusterFile !== undefined) for (const { file, text } of clusterFiles(tuning, clusterFile)) await store().write(file, text);
  if (unkept !== null) throw unkept;
}
