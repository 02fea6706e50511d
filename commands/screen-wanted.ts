import type { Settings } from '../src/domain/settings.ts';

/** Whether a screen may take the place of lines, as far as the user has a say, and whether with colours. */
export const screenWanted = ({ tui, quiet, verbose, logFormat, color }: Settings, json: boolean): Record<'screen' | 'color', boolean> => ({
  screen: tui && !quiet && !json && !verbose && logFormat === 'text',
  color,
});

interface View {
  close(how: 'done' | 'stopped'): Promise<void>;
}

/** What a command measures, with its view closed in any case before anything else is printed. @param stopped whether it ended early */
export async function shown<T>(view: View, work: Promise<T>, stopped: (outcome: T) => boolean = () => false): Promise<T> {
  const outcome = await work.catch(async (error: unknown) => {
    await view.close('stopped');
    throw error;
  });
  await view.close(stopped(outcome) ? 'stopped' : 'done');
  return outcome;
}
