import { XID_EVENT } from './codes.ts';
import type { Driver, Lane } from './driver.ts';
import type { Gpu } from './gpu.ts';
import { EVENT_DATA, HANDLE_BYTES, outBuffer } from './layouts.ts';

const MOST_AT_ONCE = 64;

export interface Xids {
  /** What has come since the last time, without waiting. `id` is null for a GPU that is not ours. */
  poll(): Promise<readonly { readonly id: string | null; readonly xid: number }[]>;
  close(): Promise<void>;
}

const NONE: Xids = { poll: async () => [], close: async () => undefined };

/** Critical errors as the kernel tells them; none where driver or platform tell nothing. */
export const watchXids = async (driver: Driver, whole: Lane, gpus: readonly Gpu[]): Promise<Xids> => {
  const out = outBuffer(HANDLE_BYTES);
  if (!driver.has('nextEvent') || !(await driver.ask(whole, 'createEvents', [out]))) return NONE;
  const set = out.readBigUInt64LE();
  for (const { lane, handle } of gpus) await driver.ask(lane, 'register', [handle, XID_EVENT, set]).catch(() => false);
  const ids = new Map(gpus.map(({ id, handle }) => [handle, id]));
  return {
    async poll() {
      const found: { id: string | null; xid: number }[] = [];
      const data = outBuffer(EVENT_DATA.bytes);
      while (found.length < MOST_AT_ONCE && (await driver.ask(whole, 'nextEvent', [set, data, 0]))) {
        if (Number(data.readBigUInt64LE(EVENT_DATA.type)) !== XID_EVENT) continue;
        const id = ids.get(data.readBigUInt64LE(EVENT_DATA.device)) ?? null;
        found.push({ id, xid: Number(data.readBigUInt64LE(EVENT_DATA.data)) });
      }
      return found;
    },
    async close() {
      await driver.ask(whole, 'freeEvents', [set]);
    },
  };
};
