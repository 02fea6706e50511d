import type { RawObject } from '../../../../../domain/raw-json.ts';
import { refuse } from '../../generation/asked.ts';
import type { KvAddress } from '../../kv/kv-fetch.ts';

/** Where a sub-request meets its other half; null for one without (room 0). */
export interface Meeting {
  /** As the router wrote it: a 64-bit integer. */
  readonly room: string;
  readonly from: KvAddress;
}

const ROOM_LIMIT = 2n ** 63n;
const MAX_PORT = 65_535;
const ROOMS = /^\[\s*(\d+(?:\s*,\s*\d+)*)\s*\]$/;

const roomsOf = (body: RawObject, batch: boolean): readonly string[] => {
  const raw = body.raw('bootstrap_room');
  if (raw === null || raw === 'null') return refuse('this server is one half of a prefill/decode pair: "bootstrap_room" is missing');
  const rooms = batch ? ROOMS.exec(raw)?.[1]?.split(/\s*,\s*/) : /^\d+$/.test(raw) ? [raw] : undefined;
  if (!rooms)
    return refuse(batch ? '"bootstrap_room" must be an array of integers for a batch' : '"bootstrap_room" must be an integer in [0, 2^63)');
  if (rooms.some((room) => BigInt(room) >= ROOM_LIMIT)) return refuse('"bootstrap_room" must be an integer in [0, 2^63)');
  return rooms;
};

const listOf = (body: RawObject, key: string, batch: boolean): readonly unknown[] => {
  const value = body.value[key];
  if (!batch) return [value];
  return Array.isArray(value) ? value : refuse(`"${key}" must be an array for a batch`);
};

const meetingOf = (room: string, host: unknown, port: unknown): Meeting | null => {
  if (BigInt(room) === 0n) return null;
  if (typeof host !== 'string' || host === '') return refuse('"bootstrap_host" is missing');
  if (!Number.isInteger(port) || (port as number) < 1 || (port as number) > MAX_PORT) return refuse('"bootstrap_port" must be a port');
  return { room: BigInt(room).toString(), from: { host, port: port as number } };
};

/**
 * Of each sub-request its meeting. A batch has arrays of all three keys, one entry for each.
 * @throws HttpError 400
 */
export const meetingsOf = (body: RawObject, count: number, batch: boolean): readonly (Meeting | null)[] => {
  const rooms = roomsOf(body, batch);
  const hosts = listOf(body, 'bootstrap_host', batch);
  const ports = listOf(body, 'bootstrap_port', batch);
  if ([rooms, hosts, ports].some(({ length }) => length !== count)) {
    return refuse(`"bootstrap_host", "bootstrap_port" and "bootstrap_room" must have ${count} entries, one for each prompt and choice`);
  }
  const meetings = rooms.map((room, at) => meetingOf(room, hosts[at], ports[at]));
  const real = meetings.flatMap((meeting) => meeting?.room ?? []);
  return new Set(real).size === real.length ? meetings : refuse('"bootstrap_room" must differ for each of a batch');
};
