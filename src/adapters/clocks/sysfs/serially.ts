/** Work of one key runs in the order in which it was asked for, one piece at a time; that of others beside it. */
export type Serially = <T>(key: string, work: () => Promise<T>) => Promise<T>;

export const serially = (): Serially => {
  const last = new Map<string, Promise<unknown>>();
  return (key, work) => {
    const mine = (last.get(key) ?? Promise.resolve()).then(work, work);
    last.set(
      key,
      mine.catch(() => undefined),
    );
    return mine;
  };
};
