import { ROLES } from '../domain/instance.ts';
import type { ScreenInstance } from '../domain/screen.ts';
import type { Sort, View } from './view.ts';

const KEYS: Readonly<Record<Exclude<Sort, 'id'>, (instance: ScreenInstance) => number | null>> = {
  watts: ({ powerW }) => powerW,
  load: ({ role, requests, tokens }) => (role === 'decode' ? requests : (tokens ?? requests)),
  latency: ({ p95Ms, p50Ms }) => p95Ms ?? p50Ms,
};

/** The highest first; what was not observed last. By id the order stays as the cluster has it. */
const sorted = (instances: readonly ScreenInstance[], sort: Sort): readonly ScreenInstance[] => {
  if (sort === 'id') return instances;
  return [...instances].sort((a, b) => (KEYS[sort](b) ?? -1) - (KEYS[sort](a) ?? -1));
};

interface FleetRows {
  /** In the order of the roles. */
  readonly shown: readonly ScreenInstance[];
  readonly hidden: number;
  readonly maxScroll: number;
}

/** As many of each role as its share of the fleet: hiding a whole role would hide a whole phase. */
const sharesOf = (prefill: number, decode: number, room: number): readonly [number, number] => {
  if (prefill + decode <= room) return [prefill, decode];
  const wanted = Math.round((prefill / (prefill + decode)) * room);
  const shown = Math.min(prefill, room, Math.max(decode === 0 ? room : Math.min(1, prefill), wanted));
  return [shown, Math.min(decode, Math.max(0, room - shown))];
};

/** The part of a fleet that `room` rows hold, at least as much of it as there is room for. */
export const fleetRowsOf = (
  instances: readonly ScreenInstance[],
  { sort, scroll }: Pick<View, 'sort' | 'scroll'>,
  room: number,
): FleetRows => {
  const parts = ROLES.map((role) =>
    sorted(
      instances.filter((instance) => instance.role === role),
      sort,
    ),
  );
  const counts = sharesOf(parts[0]?.length ?? 0, parts[1]?.length ?? 0, Math.max(0, room));
  const windows = parts.map((part, i) => ({ part, count: counts[i] ?? 0, last: part.length - (counts[i] ?? 0) }));
  const shown = windows.flatMap(({ part, count, last }) => part.slice(Math.min(scroll, last)).slice(0, count));
  return {
    shown,
    hidden: instances.length - shown.length,
    maxScroll: Math.max(0, ...windows.map(({ count, last }) => (count > 0 ? last : 0))),
  };
};
