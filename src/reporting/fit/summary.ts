import type { DvfsRow, FitQuality, FittedDocument, FittedInstance } from '../../domain/profile.ts';
import { reasonsText } from '../../domain/point-reasons.ts';
import { errorPercent, MISSING, number, wrap } from '../format.ts';
import { alignedTable } from '../table.ts';
import { rateText } from './rate-text.ts';

const WIDTH = 100;
const PHASES = ['prefill', 'decode'] as const;
/** Above this a governor that trusts the fit misses promises: more points are worth their minutes. */
const LARGE_ERROR_PCT = 5;
const MOST_DVFS_ROWS = 8;
const MOST_SLOS = 3;

const percentText = (value: number | null): string => number(value, 1, '%');
const pair = (quality: FitQuality | null): string =>
  quality === null || quality.heldOutPoints === 0
    ? MISSING
    : `${errorPercent(quality.latencyMapePct)} / ${errorPercent(quality.powerMapePct)}`;

const heading = ({ provenance, evidence }: FittedDocument): string =>
  `${provenance.cluster}: ${provenance.model} on ${provenance.gpu}, tp ${provenance.tp}, ${provenance.engine}; evidence: ${evidence}`;

function qualityLines({ quality, instances }: FittedDocument): string[] {
  const phases = PHASES.filter((phase) => instances.some((instance) => instance.phase === phase));
  const rows = phases.map((phase) => {
    const { latencyMapePct, powerMapePct, r2, heldOutPoints } = quality[phase];
    return [phase, String(heldOutPoints), errorPercent(latencyMapePct), errorPercent(powerMapePct), number(r2, 4)];
  });
  return alignedTable(['ERROR ON HELD-OUT POINTS', 'points', 'latency', 'power', 'R2'], rows);
}

function why({ model, crossValidation: { segments, physics } }: FittedInstance): string {
  if (physics === null) return 'no cards: segments alone';
  if (segments.latencyMapePct === null && physics.latencyMapePct === null) return 'nothing held out to tell';
  return model === 'physics' ? 'smaller error of the two' : 'segments err less';
}

function instanceLines({ instances }: FittedDocument): string[] {
  const rows = instances.map((each) => [
    each.instance,
    each.phase,
    each.model,
    why(each),
    pair(each.crossValidation.segments),
    pair(each.crossValidation.physics),
    each.intervals === null ? MISSING : `${errorPercent(each.intervals.latencyPct)} / ${errorPercent(each.intervals.powerPct)}`,
  ]);
  const titles = ['INSTANCE', 'phase', 'model', 'why', 'segments', 'physics', '95 % below'];
  return [...alignedTable(titles, rows, 4), 'latency / power, on points that neither had seen'];
}

/** Evenly spread, both ends included. */
const some = (rows: readonly DvfsRow[]): readonly DvfsRow[] =>
  rows.length <= MOST_DVFS_ROWS
    ? rows
    : Array.from({ length: MOST_DVFS_ROWS }, (_, i) => rows[Math.round((i * (rows.length - 1)) / (MOST_DVFS_ROWS - 1))]!);

/** Where the promises stand that tell the rows apart most; a line has room for three. */
function sloPlaces(rows: readonly DvfsRow[]): readonly number[] {
  const differing = (i: number): number => new Set(rows.map(({ lowestMhz }) => lowestMhz[i]?.clockMhz)).size;
  const all = (rows[0]?.lowestMhz ?? []).map((_, i) => i);
  return all
    .toSorted((a, b) => differing(b) - differing(a))
    .slice(0, MOST_SLOS)
    .toSorted((a, b) => a - b);
}

/** Where only one was measured every row would choose it, and save nothing. */
function onlyClock({ instances }: FittedDocument, phase: (typeof PHASES)[number]): number | null {
  const own = instances.filter((each) => each.phase === phase);
  const clocks = new Set(own.flatMap(({ levels }) => levels.map(({ clockMhz }) => clockMhz)));
  return clocks.size === 1 ? [...clocks][0]! : null;
}

/** Whose tokens the rates are of. */
function requestsText(phase: (typeof PHASES)[number], { dvfsRequests }: FittedDocument): string {
  if (!dvfsRequests) return '';
  const { workload, promptTokens, contextTokens } = dvfsRequests;
  return ` of ${workload} (${phase === 'decode' ? `${number(contextTokens, 0)} KV` : `${number(promptTokens, 0)} prompt`} tokens each)`;
}

function dvfsLines(phase: (typeof PHASES)[number], fitted: FittedDocument): string[] {
  const rows = fitted.dvfs[phase];
  if (rows.length === 0) return [];
  const only = onlyClock(fitted, phase);
  if (only !== null) return [`${phase} was measured at ${only} MHz only: there is no clock to choose between.`, ''];
  const slos = sloPlaces(rows);
  const titles = [
    `${phase.toUpperCase()} AT`,
    'batch',
    'MHz',
    'ms',
    'W',
    'J/token',
    'saved',
    'a step off',
    ...slos.map((i) => `<= ${rows[0]!.lowestMhz[i]!.sloMs} ms`),
  ];
  const lines = some(rows).map((row) => [
    `${rateText(row.tokensPerS)} tokens/s`,
    number(row.batch, 1),
    String(row.clockMhz),
    rateText(row.latencyMs),
    number(row.powerW, 0),
    rateText(row.energyPerTokenJ),
    percentText(row.savedPct),
    percentText(row.sensitivityPct),
    ...slos.map((i) => String(row.lowestMhz[i]?.clockMhz ?? 'none')),
  ]);
  return [
    `The clock of least energy by load${requestsText(phase, fitted)}, and the lowest clock for a latency`,
    ...alignedTable(titles, lines),
    '',
  ];
}

/** Points that were measured but not fitted. */
interface Left {
  readonly valid: boolean;
  readonly control: boolean;
  readonly reasons: readonly string[];
}

export function leftOutLine(points: readonly Left[]): string | null {
  const left = points.filter(({ valid }) => !valid);
  if (left.length === 0) return null;
  return `${left.length} of ${points.length} points are not valid and were left out: ${reasonsText(left)}`;
}

function nextLines({ quality, instances, evidence }: FittedDocument, file: string | undefined): string[] {
  const phases = PHASES.filter((phase) => instances.some((instance) => instance.phase === phase));
  const unknown = phases.filter((phase) => quality[phase].heldOutPoints === 0);
  const poor = phases.filter((phase) => (quality[phase].latencyMapePct ?? 0) > LARGE_ERROR_PCT);
  return [
    ...(unknown.length > 0 && evidence !== 'extrapolated'
      ? [`${unknown.join(' and ')}: too few points to hold any out; measure more loads at each clock`]
      : []),
    ...(poor.length > 0
      ? [`${poor.join(' and ')}: more than ${LARGE_ERROR_PCT} % off; profile more loads before clocks are chosen by this`]
      : []),
    file === undefined
      ? 'keep it: --output FILE.json (a fit), FILE.csv (lookup tables), FILE.svg (the plot)'
      : `ask it: voltana estimate --fitted ${file} --phase ${phases[0] ?? 'decode'} ... --sweep clock`,
  ];
}

const bullets = (title: string, lines: readonly string[]): string[] =>
  lines.length === 0
    ? []
    : [title, ...lines.flatMap((line) => wrap(line, WIDTH - 4).map((part, i) => (i === 0 ? `  - ${part}` : `    ${part}`)))];

/**
 * A fit for people: how far it can be trusted, what clock it would hold under which load, and what to do next.
 * @param file the document that was written, if one was
 */
export function renderFit(fitted: FittedDocument, points: readonly Left[], file: string | undefined): string {
  const left = leftOutLine(points);
  return [
    ...wrap(heading(fitted), WIDTH),
    '',
    ...qualityLines(fitted),
    '',
    ...instanceLines(fitted),
    '',
    ...PHASES.flatMap((phase) => dvfsLines(phase, fitted)),
    ...bullets('Mind', [...(left === null ? [] : [left]), ...fitted.warnings]),
    ...bullets('Next', nextLines(fitted, file)),
  ].join('\n');
}
