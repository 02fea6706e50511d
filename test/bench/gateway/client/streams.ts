import { setTimeout as sleep } from 'node:timers/promises';
import { nowUs, STAMP_DIGITS, STAMP_KEY } from '../engine/events.ts';
import { AnswerReader, connected, requestBytes } from './connection.ts';
import type { StreamsJob, StreamsResult } from './jobs.ts';

/** `[DONE]`, which every stream ends with, is none of the engine's tokens, and the usage event nobody asked for. */
const OWN_EVENTS = 1;

interface Seen {
  events: number;
  reads: number;
  failed: number;
  readonly latenciesUs: number[];
}

const stampsIn = (chunk: Buffer, latenciesUs: number[]): void => {
  const atUs = nowUs();
  for (let at = chunk.indexOf(STAMP_KEY); at !== -1; at = chunk.indexOf(STAMP_KEY, at + 1)) {
    const from = at + STAMP_KEY.length;
    const stampUs = Number(chunk.toString('latin1', from, from + STAMP_DIGITS));
    if (stampUs > 0) latenciesUs.push(atUs - stampUs);
  }
};

const oneStream = async (job: StreamsJob, seen: Seen, timed: () => boolean): Promise<void> => {
  const socket = await connected(job.port);
  const reader = new AnswerReader();
  const whole = await new Promise<boolean>((resolve) => {
    socket.on('data', (chunk) => {
      seen.reads += 1;
      if (timed()) stampsIn(chunk, seen.latenciesUs);
      if (reader.push(chunk)) resolve(true);
    });
    socket.once('error', () => resolve(false)).once('close', () => resolve(false));
    socket.write(requestBytes({ stream: true, events: job.events, ...(job.everyMs === undefined ? {} : { everyMs: job.everyMs }) }));
  });
  socket.destroy();
  seen.events += reader.events;
  if (!whole || reader.status !== 200 || reader.events < job.events + OWN_EVENTS) seen.failed += 1;
};

const part = (sorted: Float64Array, share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0;

export const streams = async (job: StreamsJob): Promise<StreamsResult> => {
  const seen: Seen = { events: 0, reads: 0, failed: 0, latenciesUs: [] };
  const startUs = nowUs();
  let opened = 0;
  let ended = 0;
  const timed = (): boolean => job.everyMs !== undefined && opened === job.streams && ended === 0;
  const running: Promise<unknown>[] = [];
  for (let i = 0; i < job.streams; i++) {
    const dueMs = (job.openOverMs * i) / job.streams - (nowUs() - startUs) / 1000;
    if (dueMs >= 1) await sleep(dueMs);
    opened += 1;
    running.push(
      oneStream(job, seen, timed)
        .catch(() => (seen.failed += 1))
        .finally(() => (ended += 1)),
    );
  }
  await Promise.all(running);
  const sorted = Float64Array.from(seen.latenciesUs).sort();
  const { events, reads, failed } = seen;
  return { events, reads, failed, wallS: (nowUs() - startUs) / 1e6, p50Us: part(sorted, 0.5), p99Us: part(sorted, 0.99) };
};
