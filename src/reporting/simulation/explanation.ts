import type { DecodeOption, Explanation, GoverningExplanation, PrefillOption, RoutingExplanation } from '../../domain/explanation.ts';
import { counted, MISSING, number, wrap } from '../format.ts';
import { alignedTable } from '../table.ts';

const WIDTH = 100;
/** Rows of a table: a fleet may be large, and the first and the chosen tell most. */
const SHOWN = 12;

const yes = (holds: boolean): string => (holds ? 'yes' : 'no');
const mark = (chosen: boolean, held = false): string => (chosen ? '<- chosen' : held ? 'held' : '');
const seconds = (ms: number): string => `${number(ms / 1000, 3)} s`;

function shown<T extends { readonly chosen: boolean }>(options: readonly T[]): { readonly rows: readonly T[]; readonly note: string[] } {
  if (options.length <= SHOWN) return { rows: options, note: [] };
  const rows = options.filter(({ chosen }, i) => chosen || i < SHOWN - 1);
  return { rows, note: [`(${options.length - rows.length} others are not shown)`] };
}

const PREFILL = ['prefill', 'MHz', 'prompts', 'running', 'tokens', 'ahead ms', 'this ms', 'TTFT ms', 'J/token', 'in time', ''];
const prefillRow = (option: PrefillOption): string[] => [
  option.instance,
  String(option.clockMhz),
  String(option.waiting),
  String(option.running),
  String(option.waitingTokens),
  number(option.aheadMs, 1),
  number(option.ownMs, 1),
  number(option.ttftMs, 1),
  number(option.joulesPerToken, 4),
  yes(option.meetsSlo),
  mark(option.chosen),
];

const DECODE = ['decode', 'MHz', 'batch', 'coming', 'KV', 'room', 'gap ms', 'power W', 'more W', 'J/token', 'in time', ''];
const decodeRow = (option: DecodeOption): string[] => [
  option.instance,
  String(option.clockMhz),
  String(option.batch),
  String(option.incoming),
  String(option.kvTokens),
  option.kvCapacityTokens === null ? MISSING : yes(option.hasRoom),
  number(option.gapMs, 2),
  number(option.powerW, 0),
  number(option.powerW - option.powerBeforeW, 1),
  number(option.joulesPerToken, 4),
  yes(option.meetsSlo),
  mark(option.chosen),
];

function holdLines({ holds }: RoutingExplanation): string[] {
  const [first] = holds;
  if (!first) return [];
  return wrap(
    `It was held ${counted(holds.length, 'time')}, first at ${seconds(first.atMs)} until ${seconds(first.untilMs)} at most: ${first.reason}.`,
    WIDTH,
  );
}

function routeLines({ routing, route, slo }: Explanation): string[] {
  const { request, atMs, queued, requestRatePerS, reason } = route;
  const [prefill, decode] = [shown(route.prefill), shown(route.decode)];
  const question = `Request ${request.id}, a prompt of ${request.promptTokens} tokens, at ${seconds(atMs)}, ${number(request.waitedMs, 1)} ms after its arrival; ${counted(queued, 'request')} in the gateway's queue, ${number(requestRatePerS, 1)}/s arrive. Promises: TTFT ${slo.ttftMs} ms, mean gap ${slo.itlMs} ms.`;
  const chosen = [...route.prefill, ...route.decode].filter((option) => option.chosen).map(({ instance }) => instance);
  return [
    ...wrap(question, WIDTH),
    ...holdLines(route),
    '',
    ...alignedTable(PREFILL, prefill.rows.map(prefillRow)),
    ...prefill.note,
    '',
    ...alignedTable(DECODE, decode.rows.map(decodeRow)),
    ...decode.note,
    '',
    ...wrap(`${routing} chose ${chosen.join(' and ')}: ${reason}.`, WIDTH),
  ];
}

const CLOCK = ['clock MHz', 'iteration ms', 'power W', 'J/token', 'in time', ''];

/** The column of least energy is not the one that decides. */
const AT_THIS_BATCH =
  'Energy per token is for the batch of this moment. At a sustained load a slower clock runs with a larger batch: slo compares mean power at the batch that each clock settles at.';

function clockLines({ governor }: Explanation, told: GoverningExplanation): string[] {
  const work = told.phase === 'prefill' ? counted(told.batch, 'prompt') : counted(told.batch, 'stream');
  const rows = told.options.map((option) => [
    String(option.clockMhz),
    number(option.latencyMs, 2),
    number(option.powerW, 0),
    number(option.joulesPerToken, 4),
    yes(option.meetsSlo),
    mark(option.chosen, option.held),
  ]);
  return [
    `The clock of ${told.instance} at ${seconds(told.atMs)}: ${work}, ${told.tokens} tokens; ${told.currentMhz} MHz held.`,
    '',
    ...alignedTable(CLOCK, rows, 0),
    '',
    ...(told.phase === 'decode' && governor === 'slo' ? wrap(AT_THIS_BATCH, WIDTH) : []),
    ...wrap(`${governor} chose ${told.clockMhz} MHz: ${told.reason}.`, WIDTH),
  ];
}

/** What the fleet was then, and what it was to become. */
function shapeLines({ shape }: Explanation): string[] {
  if (!shape) return [];
  const sets = shape.sets.map(({ instance, role, presence }) => `${instance} ${role}${presence === 'active' ? '' : ` (${presence})`}`);
  return [...wrap(`The fleet aimed at ${shape.reason}.`, WIDTH), ...wrap(`GPUs: ${sets.join(', ')}.`, WIDTH)];
}

/**
 * One decision for people: the question, what each option was predicted to bring, and the policies' own reasons. The figures are the
 * same predictors' answers at the clocks that held; what a policy makes of them is its own.
 */
export const renderExplanation = (explanation: Explanation): string =>
  [routeLines(explanation), shapeLines(explanation), ...explanation.clocks.map((told) => clockLines(explanation, told))]
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n');
