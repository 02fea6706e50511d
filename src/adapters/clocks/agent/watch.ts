import { StringDecoder } from 'node:string_decoder';
import type { AgentTimes } from '../../../domain/agent-wire.ts';
import type { DeviceReading } from '../../../domain/device.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import { failureOf, notAnAgent } from './failure.ts';
import type { AgentWire } from './wire.ts';

/** Silence of so many readings is no silence between two of them. */
const MISSED_READINGS = 5;
const LEAST_SILENCE_MS = 2000;
const MS_PER_S = 1000;
/** No line of readings is this long. */
const LONGEST_LINE = 1024 * 1024;

type Line = Partial<AgentTimes> & { readonly nowMs: number; readonly readings: readonly DeviceReading[] };

const parsed = (line: string, wire: AgentWire): Line => {
  try {
    const said = JSON.parse(line) as Line;
    if (typeof said.nowMs === 'number' && Array.isArray(said.readings)) return said;
  } catch {
    // Told below.
  }
  throw notAnAgent(wire.address, 200);
};

/** Whole lines, as they come. */
async function* linesOf(bytes: AsyncIterable<Buffer>, wire: AgentWire): AsyncIterable<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const chunk of bytes) {
    const lines = (rest + decoder.write(chunk)).split('\n');
    rest = lines.pop()!;
    if (rest.length > LONGEST_LINE) throw notAnAgent(wire.address, 200);
    yield* lines;
  }
}

/**
 * An agent's readings, until the signal. Ends the stream however its reader ends.
 * @throws VoltanaError NO_AGENT when the agent stops first
 */
export async function* watchOver(
  wire: AgentWire,
  devices: readonly string[],
  hz: number,
  signal: AbortSignal,
): AsyncIterable<readonly DeviceReading[]> {
  const left = new AbortController();
  const either = AbortSignal.any([signal, left.signal]);
  const query = new URLSearchParams({ devices: devices.join(','), hz: String(hz) }).toString();
  const silenceMs = Math.max(LEAST_SILENCE_MS, (MISSED_READINGS * MS_PER_S) / hz);
  const sentMs = wire.nowMs();
  try {
    for await (const line of linesOf(wire.stream(query, either, silenceMs), wire)) {
      if (signal.aborted) return;
      const { arrivedMs, nowMs, readings } = parsed(line, wire);
      // Only the first line answers a question that we know when we asked.
      if (arrivedMs !== undefined) wire.clock.observe(arrivedMs, nowMs, sentMs, wire.nowMs());
      yield readings.map((reading) => ({ ...reading, atMs: wire.clock.translate(reading.atMs) }));
    }
  } catch (error) {
    if (!signal.aborted) throw failureOf(wire.address, error);
  } finally {
    left.abort();
  }
  if (!signal.aborted) throw new VoltanaError('NO_AGENT', `the agent at ${wire.address} has ended its telemetry`);
}
