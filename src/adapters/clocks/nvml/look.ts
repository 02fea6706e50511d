import type { Session } from './session.ts';
import { meter } from './meters.ts';
import type { Gpu } from './gpu.ts';
import type { Watch } from './watch.ts';

const EVERY_MS = 1000;

const lookAt = async ({ driver }: Session, { id, lane, handle, meters }: Gpu, watch: Watch): Promise<void> => {
  const persistence = await driver.number(lane, 'persistence', [handle]);
  if (persistence !== null) watch.persistence(id, persistence === 1);
  watch.counted(id, (await meter(driver, lane, handle, meters)).counterJ);
};

/** What is not told by itself: asked for at most once a second. What goes wrong here, is heard by the watch. */
export const look = async (session: Session, watch: Watch, nowMs: () => number): Promise<void> => {
  for (const { id, xid } of await session.xids.poll()) watch.xid(id, xid);
  if (nowMs() - session.lookedAtMs < EVERY_MS) return;
  session.lookedAtMs = nowMs();
  await Promise.all([...session.gpus.values()].map((gpu) => lookAt(session, gpu, watch).catch(() => undefined)));
};
