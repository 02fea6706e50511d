import { expect } from 'chai';
import type { CustodyRecord, HeldDevice } from '../../src/domain/custody.ts';
import type { CustodyJournal } from '../../src/ports/custody-journal.ts';

export interface CustodyJournalSubject {
  /** Each is another one on the same place, as after a restart. */
  open(): CustodyJournal;
  /** Makes what is kept unreadable. */
  damage(): void;
  close(): void;
}

const held = (id: string, more: Partial<HeldDevice> = {}): HeldDevice => ({
  id,
  family: 'nvml',
  domain: 'decode-0',
  holder: 'gateway-1',
  identity: 'root (uid 0)',
  before: '',
  since: '2026-01-01T00:00:00.000Z',
  ...more,
});

const RECORDS: readonly CustodyRecord[] = [
  { epoch: 0, held: [] },
  { epoch: 1, held: [held('GPU-1'), held('GPU-2', { family: 'amdgpu' })] },
  {
    epoch: Number.MAX_SAFE_INTEGER,
    held: [held('cpu-package-0', { family: 'cpufreq', before: 'a\n"b"\u2028😀', domain: 'Ä µ', holder: "it's %s" })],
  },
];

/** Every CustodyJournal passes this. */
export const custodyJournalContract = (name: string, start: () => CustodyJournalSubject): void => {
  describe(`custody journal contract: ${name}`, () => {
    let subject: CustodyJournalSubject;
    beforeEach(() => (subject = start()));
    afterEach(() => subject.close());

    it('begins with nothing', async () => {
      expect(await subject.open().load()).to.deep.equal({ record: null, damaged: null });
    });

    it('tells after a restart what was saved last, exactly', async () => {
      for (const record of RECORDS) {
        await subject.open().save(record);
        expect(await subject.open().load()).to.deep.equal({ record, damaged: null });
      }
    });

    it('of many saves at once the last one asked for is there', async () => {
      const journal = subject.open();
      await Promise.all(Array.from({ length: 20 }, (_, epoch) => journal.save({ epoch, held: [held(`GPU-${epoch}`)] })));
      expect((await subject.open().load()).record).to.deep.equal({ epoch: 19, held: [held('GPU-19')] });
    });

    it('says when what is kept cannot be read, once, and goes on', async () => {
      const journal = subject.open();
      await journal.save(RECORDS[1]!);
      subject.damage();
      const { record, damaged } = await subject.open().load();
      expect(record).to.equal(null);
      expect(damaged).to.be.a('string').and.not.equal('');
      expect(await subject.open().load()).to.deep.equal({ record: null, damaged: null });
      await subject.open().save(RECORDS[1]!);
      expect((await subject.open().load()).record).to.deep.equal(RECORDS[1]);
    });
  });
};
