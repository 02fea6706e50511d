import { endSession, openSession, type Session, type SessionOptions } from './session.ts';
import type { Watch } from './watch.ts';

export interface Opened {
  /** Opens the driver if need be; opens it anew, and does the work once more, when it was unloaded under us. */
  use<T>(work: (session: Session) => Promise<T>): Promise<T>;
  /** The same with what is open now; null where nothing is. */
  useIfOpen<T>(work: (session: Session) => Promise<T>): Promise<T | null>;
  /** Lets go of it, behind those who work with it; whoever comes next opens it anew. */
  close(): Promise<void>;
}

/** The driver: opened by whoever comes first, for all. */
export const openOnDemand = (options: SessionOptions, watch: Watch): Opened => {
  let opening: Promise<Session> | null = null;
  let closed: Promise<unknown> = Promise.resolve();

  const open = (): Promise<Session> => {
    if (opening !== null) return opening;
    const mine = closed.then(() => openSession(options, watch));
    opening = mine;
    mine.catch(() => {
      if (opening === mine) opening = null;
    });
    return mine;
  };
  const retire = (ended: Promise<Session>): Promise<unknown> => {
    if (opening !== ended) return closed;
    opening = null;
    return (closed = ended.then(endSession).catch(() => undefined));
  };
  const use = async <T>(work: (session: Session) => Promise<T>): Promise<T> => {
    for (let tries = 1; ; tries += 1) {
      const mine = open();
      const session = await mine;
      // Before anything else: closing waits for users.
      session.users += 1;
      const anew = (): boolean => session.stale && tries === 1;
      try {
        const result = await work(session);
        if (!anew()) return result;
      } catch (error) {
        if (!anew()) throw error;
      } finally {
        session.users -= 1;
        if (session.users === 0) session.ended?.();
        if (session.stale && opening === mine) {
          watch.reloaded('the driver was unloaded while it was in use');
          void retire(mine);
        }
      }
    }
  };
  return {
    use,
    useIfOpen: async (work) => (opening === null ? null : use(work)),
    async close() {
      await (opening === null ? closed : retire(opening));
    },
  };
};
