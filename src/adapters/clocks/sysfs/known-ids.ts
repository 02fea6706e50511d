import { VoltanaError } from '../../../domain/errors.ts';

/** Finds devices by id, and tells those that were here from those that never were. */
export interface KnownIds {
  /** All that have been seen by now are known from then on. @throws UNKNOWN_ID, DEVICE_LOST */
  find<T extends { readonly id: string }>(id: string, present: readonly T[]): T;
  /** Those that were here when it was last asked, and no longer are; each is told once. */
  missing(present: readonly { readonly id: string }[]): readonly string[];
  /** Remembers them. */
  seen(present: readonly { readonly id: string }[]): void;
  /** Whether any has ever been here. */
  any(): boolean;
}

export const knownIds = (): KnownIds => {
  const known = new Set<string>();
  const told = new Set<string>();
  const seen: KnownIds['seen'] = (present) => present.forEach(({ id }) => known.add(id));
  return {
    seen,
    any: () => known.size > 0,
    find(id, present) {
      const found = present.find((one) => one.id === id);
      const ids = present.map((one) => one.id).join(', ') || 'none';
      if (found === undefined && known.has(id)) throw new VoltanaError('DEVICE_LOST', `${id} is gone: still there: ${ids}`);
      if (found === undefined) throw new VoltanaError('UNKNOWN_ID', `no device has the id ${id}; there: ${ids}`);
      known.add(id);
      return found;
    },
    missing(present) {
      const here = new Set(present.map(({ id }) => id));
      here.forEach((id) => told.delete(id));
      const gone = [...known].filter((id) => !here.has(id) && !told.has(id));
      gone.forEach((id) => told.add(id));
      seen(present);
      return gone;
    },
  };
};
