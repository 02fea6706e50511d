import type { ListedRun, PartialRun } from '../domain/recorded-run.ts';
import { clip, counted, number } from './format.ts';
import { alignedTable } from './table.ts';

const HEADING = ['RUN', 'STATE', 'VERDICT', 'SIZE', 'WHAT'];
/** What a run was is worth more columns than a page has. */
const WIDTH = 140;
const UNITS = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
const STEP = 1024;

/** "1.2 MiB" */
export function bytesText(bytes: number): string {
  const power = Math.min(UNITS.length - 1, Math.floor(Math.log(Math.max(1, bytes)) / Math.log(STEP)));
  return number(bytes / STEP ** power, power === 0 ? 0 : 1, UNITS[power]);
}

const whatOf = ({ command, summary }: ListedRun): string => {
  if (summary === null) return command;
  return [summary.kind === 'run' ? '' : summary.kind, summary.what].filter((part) => part !== '').join(': ') || summary.kind;
};

const rowOf = (run: ListedRun): string[] => [run.id, run.state, run.summary?.verdict ?? '-', bytesText(run.bytes), whatOf(run)];

/** @param total of all, where only some are shown */
export function renderRuns(runs: readonly ListedRun[], folder: string, total: number): string {
  if (total === 0) return `no runs in ${folder}`;
  const left = total - runs.length;
  const lines = alignedTable(HEADING, runs.map(rowOf), HEADING.length).map((line) => clip(line, WIDTH));
  return [...lines, ...(left === 0 ? [] : [`and ${counted(left, 'older run')}`])].join('\n');
}

const statusText = ({ ended, completed, failed, rejected, cancelled, unfinished }: PartialRun['requests']): string => {
  const others = Object.entries({ failed, rejected, cancelled, unfinished }).filter(([, count]) => count > 0);
  return `${ended} ended: ${[`${completed} completed`, ...others.map(([name, count]) => `${count} ${name}`)].join(', ')}`;
};

const NEXT: Readonly<Record<ListedRun['state'], (run: ListedRun) => string>> = {
  done: ({ id }) => `voltana runs show ${id}`,
  running: () => 'its process lives',
  partial: ({ id, command }) => `go on with: voltana ${command === 'tune' ? 'tune --search' : command} --resume ${id}`,
  damaged: () => 'its journal cannot be read',
};

const isAb = ({ plan }: PartialRun): boolean => 'ab' in plan && plan.ab !== null && plan.ab !== undefined;

/** A test's joules are written down with each period, and those of a run with each reading. */
const noEnergyText = (partial: PartialRun): string =>
  isAb(partial) && partial.periods === 0 ? 'not known before a period has ended' : 'no meter';

/** What a run without a document holds. */
export function renderPartial(partial: PartialRun): string {
  const { run, requests, outputTokens, seconds, energyJ, repeats, periods, resumed, tornBytes, notes } = partial;
  const rows = [
    ['state', `${run.state}; ${NEXT[run.state](run)}`],
    ['requests', statusText(requests)],
    ['output tokens', String(outputTokens)],
    ['seconds', number(seconds, 1, 's')],
    ['energy', energyJ === null ? noEnergyText(partial) : number(energyJ, 1, 'J')],
    ['repeats', `${repeats.begun} begun, ${repeats.ended} ended${resumed === 0 ? '' : `, resumed ${counted(resumed, 'time')}`}`],
    ...(periods === 0 ? [] : [['periods', `${periods} finished`]]),
    ...(tornBytes === 0 ? [] : [['torn', `${counted(tornBytes, 'byte')} of a last line that was not whole`]]),
    ...notes.map((note) => ['note', note]),
  ];
  const widest = Math.max(...rows.map(([name = '']) => name.length));
  return [
    `${run.id}: ${run.command}, begun at ${run.startedAt}`,
    '',
    ...rows.map(([name = '', text = '']) => `${name.padEnd(widest)}  ${text}`),
  ].join('\n');
}

/** @param removed oldest first */
export function renderPruned(removed: readonly ListedRun[], { dryRun, kept }: { readonly dryRun: boolean; readonly kept: number }): string {
  const bytes = removed.reduce((sum, run) => sum + run.bytes, 0);
  const told = dryRun ? 'would be removed' : 'removed';
  const total = `${counted(removed.length, 'run')} ${told}, ${bytesText(bytes)} ${dryRun ? 'would be free' : 'freed'}; ${counted(kept, 'run')} ${dryRun ? 'would be kept' : 'kept'}`;
  return [...removed.map((run) => `${told}: ${run.id} (${run.state}, ${bytesText(run.bytes)})`), total].join('\n');
}
