import { expect } from 'chai';
import type { AuditEntry } from '../../src/domain/live-tuning.ts';
import type { TuningJournal } from '../../src/ports/tuning-journal.ts';

export interface TuningJournalPlace {
  /** Another journal over the same entries, as the next process would open it. */
  open(): Promise<TuningJournal>;
  /** What was written so far. */
  written(): readonly AuditEntry[];
  remove(): void;
}

const entry = (event: AuditEntry['event'], text: string): AuditEntry => ({ atMs: 1, event, text, figures: { clockMhz: 1005, why: null } });

/** What every place must keep in which live tuning is written down. */
export const tuningJournalContract = (name: string, place: () => TuningJournalPlace): void => {
  describe(`tuning journal: ${name}`, () => {
    it('keeps entries whole and in order, over several openings', async () => {
      const at = place();
      const entries = [entry('stage', 'one\n"two"'), entry('breach', 'three'), entry('end', 'ü')];
      const first = await at.open();
      first.add(entries.slice(0, 2));
      await first.close();
      const second = await at.open();
      second.add(entries.slice(2));
      await second.close();
      expect(at.written()).to.deep.equal(entries);
      at.remove();
    });

    it('tells the next one how it was left', async () => {
      const at = place();
      const leaving = async (...events: AuditEntry['event'][]): Promise<unknown> => {
        const journal = await at.open();
        journal.add(events.map((event) => entry(event, 'x')));
        await journal.close();
        return (await at.open()).before;
      };
      expect((await at.open()).before).to.equal(null);
      expect(await leaving('stage')).to.equal('running');
      expect(await leaving('end')).to.equal('ended');
      expect(await leaving('kill')).to.equal('killed');
      expect(await leaving('end'), 'a kill outlives its gateway').to.equal('killed');
      expect(await leaving('resume')).to.equal('running');
      at.remove();
    });
  });
};
