/**
 * For a child whose stdin is a pipe that its parent holds: calls back once when the parent is gone, however it
 * went. The system closes a dead process's pipes, so this needs no polling and no signal.
 * @returns lets go of stdin, so that a finished child can end by itself
 */
export const exitWithParent = (onGone: () => void, stdin: NodeJS.ReadStream = process.stdin): (() => void) => {
  const events = ['end', 'close', 'error'] as const;
  const stop = (): void => {
    for (const event of events) stdin.removeListener(event, gone);
    // The pipe may still break later; without a listener that would crash us.
    stdin.on('error', () => {});
    stdin.pause();
    stdin.unref?.();
  };
  const gone = (): void => {
    stop();
    onGone();
  };
  for (const event of events) stdin.once(event, gone);
  stdin.resume();
  return stop;
};
