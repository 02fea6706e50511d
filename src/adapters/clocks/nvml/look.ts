import type { Session } from './session.ts';
import { meter } from './meters.ts';
import type { Gpu } from './gpu.ts';
import type { Watch } from './watch.ts';

const EVERY_MS = 1000;

/** Somebody who reads it all the time has just asked the same. */
const isFresh = (atMs: number, nowMs: number): boolean => nowMs - atMs < EVERY_MS;

const persistenceOf = async ({ driver }: Session, { lane, handle, slow }: Gpu, nowMs: number): Promise<boolean | null> => {
  if (slow?.persistent !== undefined && isFresh(slow.atMs, nowMs)) return slow.persistent;
  const told = await driver.number(lane, 'persistence', [handle]);
  return told === null ? null : told === 1;
};

const lookAt = async (session: Session, gpu: Gpu, watch: Watch, nowMs: number): Promise<void> => {
  const { id, lane, handle, meters, seenAtMs } = gpu;
  const persistent = await persistenceOf(session, gpu, nowMs);
  if (persistent !== null) watch.persistence(id, persistent);
  if (!isFresh(seenAtMs, nowMs)) watch.counted(id, (await meter(session.driver, lane, handle, meters)).counterJ);
};

/** What is not told by itself: asked for at most once a second. What goes wrong here, is heard by the watch. */
export const look = async (session: Session, watch: Watch, nowMs: () => number): Promise<void> => {
  for (const { id, xid } of await session.xids.poll()) watch.xid(id, xid);
  const atMs = nowMs();
  if (atMs - session.lookedAtMs < EVERY_MS) return;
  session.lookedAtMs = atMs;
  await Promise.all([...session.gpus.values()].map((gpu) => lookAt(session, gpu, watch, atMs).catch(() => undefined)));
};
