import { expect } from 'chai';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { KillSwitch } from '../../src/ports/kill-switch.ts';
import { until } from '../fixtures/programs.ts';

export interface KillSwitchPlace {
  readonly kill: KillSwitch;
  readonly own: string;
  readonly other: string;
  make(file: string): void;
  remove(file: string): void;
  close(): void;
}

/** What every switch must keep that ends live tuning from outside. */
export const killSwitchContract = (name: string, place: () => Promise<KillSwitchPlace>): void => {
  describe(`kill switch: ${name}`, () => {
    it('kills while one of its files exists, and names it', async () => {
      const { kill, own, other, make, remove, close } = await place();
      expect(kill.files).to.deep.equal([own]);
      expect(kill.reason).to.equal(null);
      make(own);
      await until('its own', () => kill.reason?.includes(own) === true);
      kill.forget();
      expect(kill.reason, 'a file is not forgotten').to.include(own);
      remove(own);
      await until('gone', () => kill.reason === null);
      kill.watch(other);
      kill.watch(other);
      expect(kill.files).to.deep.equal([own, other]);
      make(other);
      await until('the other', () => kill.reason?.includes(other) === true);
      close();
    });

    it('refuses a path that depends on where somebody stands, and more than anybody needs', async () => {
      const { kill, other, close } = await place();
      expect(() => kill.watch('here')).to.throw(VoltanaError, 'not absolute');
      expect(() => Array.from({ length: 100 }, (_, i) => kill.watch(`${other}${i}`))).to.throw(VoltanaError, 'watched already');
      close();
    });
  });
};
