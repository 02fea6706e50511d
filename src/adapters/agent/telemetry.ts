import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { VoltanaError } from '../../domain/errors.ts';
import type { ClockCustodian } from '../../ports/clock-custodian.ts';
import type { Asked } from './answer.ts';
import { checked, devices, type Check } from './fields.ts';

const DEFAULT_HZ = 10;
const LEAST_HZ = 0.1;
const MOST_HZ = 10;
const MOST_QUERY_CHARACTERS = 16 * 1024;

const hz: Check = (value) =>
  typeof value === 'number' && value >= LEAST_HZ && value <= MOST_HZ ? null : `a number from ${LEAST_HZ} to ${MOST_HZ}`;

/** @throws VoltanaError BAD_VALUE or UNKNOWN_KEY */
const wantedBy = (url: string): { readonly devices: readonly string[]; readonly hz: number } => {
  const query = url.slice(url.indexOf('?') + 1);
  if (!url.includes('?') || query.length > MOST_QUERY_CHARACTERS)
    throw new VoltanaError('BAD_VALUE', 'name the devices to watch, as in ?devices=0,1&hz=10');
  const given = Object.fromEntries(new URLSearchParams(query));
  const { devices: names = '', hz: rate, ...rest } = given;
  const fields = { ...rest, devices: names.split(',').filter((name) => name !== ''), hz: rate === undefined ? DEFAULT_HZ : Number(rate) };
  return checked(fields, { devices, hz }) as unknown as ReturnType<typeof wantedBy>;
};

/** Resolves when there is room again, or nobody reads any more. */
const room = async (response: ServerResponse, signal: AbortSignal): Promise<void> => {
  await once(response, 'drain', { signal }).catch(() => undefined);
};

/**
 * Streams readings as lines of JSON until the asker goes or the signal: `{ nowMs, readings }`, the first one with
 * `arrivedMs`. Whoever reads slowly misses samples; nothing piles up for him here.
 * @throws VoltanaError before the first line; afterwards the stream just ends
 */
export const streamTelemetry = async (
  custodian: ClockCustodian,
  { request, response, arrivedMs }: Asked,
  nowMs: () => number,
  stop: AbortSignal,
) => {
  const wanted = wantedBy(request.url ?? '');
  const gone = new AbortController();
  const signal = AbortSignal.any([gone.signal, stop]);
  const onClose = (): void => gone.abort();
  response.once('close', onClose);
  try {
    for await (const readings of custodian.watch(wanted.devices, wanted.hz, signal)) {
      const first = !response.headersSent;
      if (first) response.writeHead(200, { 'content-type': 'application/x-ndjson', 'cache-control': 'no-store' });
      if (response.destroyed) break;
      const fits = response.write(`${JSON.stringify({ ...(first ? { arrivedMs } : {}), nowMs: nowMs(), readings })}\n`);
      if (!fits) await room(response, signal);
    }
  } catch (error) {
    if (!response.headersSent && !signal.aborted) throw error;
  } finally {
    response.off('close', onClose);
    gone.abort();
  }
  if (!response.headersSent) response.writeHead(200, { 'content-type': 'application/x-ndjson' });
  response.end();
};
