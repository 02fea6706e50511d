import { expect } from 'chai';
import type { SignalSource } from '../../src/ports/signal-source.ts';

export interface SignalPlace {
  readonly source: SignalSource;
  /** What it tells from now on; null for nothing at all. */
  tell(text: string | null): void;
  close(): Promise<void>;
}

/** What everybody must keep who tells what energy costs. */
export const signalSourceContract = (name: string, place: () => Promise<SignalPlace>): void => {
  describe(`signal source: ${name}`, () => {
    it('tells the present value each time, and rejects in words while there is none', async () => {
      const { source, tell, close } = await place();
      const problem = (): Promise<string> =>
        source.read().then(
          (value) => `it told ${value}`,
          (error: Error) => error.message,
        );
      tell('120');
      expect(await source.read()).to.equal(120);
      tell('{"carbonIntensity": 340.5}');
      expect(await source.read()).to.equal(340.5);
      for (const text of ['dirty', '-3', '{}', null]) {
        tell(text);
        expect(await problem(), String(text))
          .to.not.match(/^it told/)
          .and.not.equal('');
      }
      tell('7');
      expect(await source.read(), 'it comes back').to.equal(7);
      await source.close();
      await close();
    });
  });
};
