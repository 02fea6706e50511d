import { processArgs } from '../adapters/host/installation.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { takesColor, takesScreen } from '../adapters/host/terminal.ts';
import type { Say } from '../runs/job-screen.ts';
import type { ScreenPorts } from '../runs/screen-feed.ts';

/** What a user asked for: whether there is a screen at all, and whether it has colours. */
export type WantedScreen = Readonly<Record<'screen' | 'color', boolean>>;

/** What a live screen needs; null where there is none: nobody wants it, or nobody would see it. */
export async function screenPorts({ screen, color }: WantedScreen, say: Say): Promise<ScreenPorts | null> {
  if (!screen || !takesScreen()) return null;
  const { startScreen } = await import('../adapters/launch/local/screen-launcher.ts');
  return {
    open: () => startScreen({ args: processArgs('screen'), color: color && takesColor() }),
    time: realTime(),
    say: (line) => say(line, 'screen'),
  };
}
