import { expect } from 'chai';
import type { FittedDocument, ProfileDocument } from '../../../../src/domain/profile.ts';
import type { RunRecord } from '../../../../src/domain/run-record.ts';
import type { Store } from '../../../../src/ports/store.ts';
import { DemoJournal } from '../../../../src/runs/demo/journal.ts';

/** Files in memory; writing takes a turn of the event loop, and fails for names that hold `bad`. */
const memoryStore = () => {
  const files = new Map<string, string>();
  const store: Store = {
    read: async (path) => files.get(path)!,
    write: async (path, text) => {
      await new Promise((resolve) => setImmediate(resolve));
      if (path.includes('bad')) throw new Error('no space left');
      files.set(path, text);
    },
    create: () => Promise.reject(new Error('not asked for')),
    lines: () => expect.fail('not asked for'),
    writeLines: () => Promise.reject(new Error('not asked for')),
    assertWritable: () => Promise.resolve(),
    remove: async (path) => void files.delete(path),
  };
  return { files, store };
};

const profile = { kind: 'profile' } as unknown as ProfileDocument;
const fitted = { kind: 'fitted' } as unknown as FittedDocument;
const record = { kind: 'run' } as unknown as RunRecord;

describe('DemoJournal', () => {
  it('writes each part as it is finished, and tells the listener as before', async () => {
    const { files, store } = memoryStore();
    const told: string[] = [];
    const journal = new DemoJournal(store, 'out/run.json');
    const listener = journal.follow({ profiled: (_, seconds) => told.push(`profiled ${seconds}`), served: (which) => told.push(which) });
    listener.profiled!(profile, 3);
    listener.fitted!(fitted);
    listener.served!('baseline', record);
    expect(told).to.deep.equal(['profiled 3', 'baseline']);
    const names = ['profile', 'fitted', 'baseline'].map((part) => `out/run.partial-${part}.json`);
    expect(await journal.kept()).to.deep.equal({ finished: ['profile', 'fitted', 'baseline'], files: names });
    expect([...files.keys()]).to.deep.equal(names);
    expect(JSON.parse(files.get(names[2]!)!)).to.deep.equal(record);
  });

  it('takes its parts away again, and nothing else', async () => {
    const { files, store } = memoryStore();
    files.set('run.profile.json', 'somebody else');
    const journal = new DemoJournal(store, 'run.json');
    journal.follow({}).served!('candidate', record);
    await journal.discard();
    expect([...files.keys()]).to.deep.equal(['run.profile.json']);
  });

  it('parts of an earlier run never stand beside those of this one', async () => {
    const { files, store } = memoryStore();
    files.set('run.partial-candidate.json', 'earlier').set('run.partial-profile.json', 'earlier');
    const journal = new DemoJournal(store, 'run.json');
    expect(files.size, 'nothing is lost before something is finished').to.equal(2);
    journal.follow({}).profiled!(profile, 1);
    await journal.kept();
    expect([...files.keys()]).to.deep.equal(['run.partial-profile.json']);
    expect(files.get('run.partial-profile.json')).not.to.equal('earlier');
  });

  it('what cannot be kept is not said to be, and stops nothing', async () => {
    const { store } = memoryStore();
    const journal = new DemoJournal(store, 'bad/run.json');
    journal.follow({}).profiled!(profile, 1);
    expect(await journal.kept()).to.deep.equal({ finished: ['profile'], files: [] });
  });

  it('without a file it remembers, and writes nothing', async () => {
    const { files, store } = memoryStore();
    const journal = new DemoJournal(store, undefined);
    journal.follow({}).fitted!(fitted);
    expect(await journal.kept()).to.deep.equal({ finished: ['fitted'], files: [] });
    await journal.discard();
    expect(files.size).to.equal(0);
  });
});
