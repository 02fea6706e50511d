import { expect } from 'chai';
import type { ScreenState } from '../../src/domain/screen.ts';
import type { Screen } from '../../src/ports/screen.ts';
import { candidateScreen } from '../fixtures/tui/screens.ts';
import { until } from '../fixtures/programs.ts';
import { isPending } from '../fixtures/rejected.ts';

export interface ScreenSubject {
  open(): Screen;
  /** All that was drawn since. */
  drawn(): string;
  /** Errors that came out of its calls: there must be none. */
  broken(): readonly string[];
  /** Ends what draws, as kill -9 does; only once it is there. */
  kill(): void;
  /** Whether anything that draws is left. */
  alive(): boolean;
}

const titled = (title: string): ScreenState => ({ ...candidateScreen, title });
const MANY = 2000;

/** Every Screen passes this. */
export const screenContract = (name: string, subject: ScreenSubject): void => {
  describe(`screen contract: ${name}`, function () {
    this.timeout(60_000);
    afterEach(() => {
      expect(subject.broken()).to.deep.equal([]);
      expect(subject.alive(), 'left on the terminal').to.equal(false);
    });

    const opened = async (): Promise<Screen> => {
      const screen = subject.open();
      screen.show(titled('the first one'));
      await until('it draws', () => subject.drawn().includes('the first one'));
      return screen;
    };

    /** Closing waits a second at most: what is drawn until then must not depend on how busy the machine is. */
    const drawnUp = async (): Promise<void> => {
      for (let before = ''; before !== subject.drawn();) {
        before = subject.drawn();
        await new Promise((resolve) => setTimeout(resolve, 500));
      }
    };

    it('shows what it is told, and leaves the last state on the terminal', async () => {
      const screen = await opened();
      await screen.close(titled('the last one'));
      expect(subject.drawn()).to.include('the last one').and.include(candidateScreen.instances[0]!.id);
      expect(await isPending(screen.failed), 'closed is not failed').to.equal(true);
    });

    it('closes once, however often it is told, and shows nothing afterwards', async () => {
      const screen = await opened();
      await Promise.all([screen.close(titled('the last one')), screen.close(titled('later than that'))]);
      await screen.close(titled('later than that'));
      screen.show(titled('later than that'));
      expect(await isPending(screen.failed)).to.equal(true);
      expect(subject.drawn()).to.include('the last one').and.not.include('later than that');
    });

    it('can be closed before it has come up', async () => {
      const screen = subject.open();
      await screen.close(titled('all there was'));
      expect(await isPending(screen.failed)).to.equal(true);
    });

    it('more states than it can draw make nobody wait, and the last one is not lost among them', async () => {
      const screen = await opened();
      for (let i = 0; i < MANY; i += 1) screen.show(titled(`state number ${i}`));
      await drawnUp();
      await screen.close(titled('after all of them'));
      expect(subject.drawn()).to.include('state number').and.include('after all of them');
    });

    it('may die: the reason is told once, the cursor is back, and whoever goes on showing and closing notices nothing', async () => {
      const screen = await opened();
      subject.kill();
      expect((await screen.failed).message).to.match(/screen.*SIGKILL/);
      await until('the cursor is back', () => subject.drawn().includes('\u001b[?25h'));
      for (let i = 0; i < 50; i += 1) screen.show(titled('to nobody'));
      await screen.close(titled('to nobody'));
    });
  });
};
