import type { RequestOutcome } from '../../domain/request.ts';
import { fromUnits, numberAt, problem, textAt, toUnits, wholeAt } from './journal-units.ts';

const STATUSES = ['completed', 'failed', 'rejected', 'cancelled', 'unfinished'] as const satisfies readonly RequestOutcome['status'][];

/** Ids of ours are short; those of traces and errors of servers may be as long as anybody likes. */
const LONGEST_ID = 256;
const LONGEST_ERROR = 500;

/** An id as a journal keeps it. Two that only differ beyond that are one. */
export const keptId = (id: string): string => id.slice(0, LONGEST_ID);

/** So many ones, or pairs of a count of tokens and of chunks with it that follow each other. */
type ChunkLine = number | readonly number[];

function encodeChunks(tokens: readonly number[]): ChunkLine {
  if (tokens.every((count) => count === 1)) return tokens.length;
  const pairs: number[] = [];
  for (const count of tokens) {
    if (pairs.at(-2) === count) pairs[pairs.length - 1]!++;
    else pairs.push(count, 1);
  }
  return pairs;
}

/** A chunk is a line of text from a server: no answer has more of them. */
const MOST_CHUNKS = 10_000_000;

function decodeChunks(line: unknown): number[] {
  const pairs = Array.isArray(line) ? (line as unknown[]) : [1, line];
  const chunks: number[] = [];
  for (let i = 0; i < pairs.length; i += 2) {
    const count = wholeAt(pairs, i + 1);
    if (chunks.length + count > MOST_CHUNKS) return problem('it has more chunks than any answer');
    const tokens = numberAt(pairs, i);
    for (let n = 0; n < count; n++) chunks.push(tokens);
  }
  return chunks;
}

export type OutcomeLine = readonly [
  id: string,
  status: number,
  intended: number,
  sent: number,
  firstToken: number | null,
  end: number | null,
  promptTokens: number,
  outputTokens: number,
  gaps: readonly number[],
  chunks: ChunkLine | null,
  usage: number | null,
  error: string | null,
];

const unitsOrNull = (ms: number | null): number | null => (ms === null ? null : toUnits(ms));

export const encodeOutcome = (outcome: RequestOutcome): OutcomeLine => [
  keptId(outcome.id),
  STATUSES.indexOf(outcome.status),
  toUnits(outcome.intendedMs),
  toUnits(outcome.sentMs),
  unitsOrNull(outcome.firstTokenMs),
  unitsOrNull(outcome.endMs),
  outcome.promptTokens,
  outcome.outputTokens,
  outcome.gapsMs.map(toUnits),
  outcome.chunkTokens === undefined ? null : encodeChunks(outcome.chunkTokens),
  outcome.usage === undefined ? null : Number(outcome.usage),
  outcome.error?.slice(0, LONGEST_ERROR) ?? null,
];

const timeAt = (line: readonly unknown[], index: number): number => fromUnits(numberAt(line, index));
const timeOrNullAt = (line: readonly unknown[], index: number): number | null => (line[index] === null ? null : timeAt(line, index));

function gapsOf(gaps: unknown): number[] {
  if (!Array.isArray(gaps)) return problem('its gaps are no list');
  return gaps.map((_, i) => timeAt(gaps, i));
}

/** @throws VoltanaError FILE_MALFORMED */
export function decodeOutcome(line: readonly unknown[]): RequestOutcome {
  const [chunks, usage] = [line[9], line[10]];
  return {
    id: textAt(line, 0),
    status: STATUSES[wholeAt(line, 1)] ?? problem('its status is unknown'),
    intendedMs: timeAt(line, 2),
    sentMs: timeAt(line, 3),
    firstTokenMs: timeOrNullAt(line, 4),
    endMs: timeOrNullAt(line, 5),
    promptTokens: numberAt(line, 6),
    outputTokens: numberAt(line, 7),
    gapsMs: gapsOf(line[8]),
    ...(chunks === null ? {} : { chunkTokens: decodeChunks(chunks) }),
    ...(usage === null ? {} : { usage: usage === 1 }),
    error: line[11] === null ? null : textAt(line, 11),
  };
}
