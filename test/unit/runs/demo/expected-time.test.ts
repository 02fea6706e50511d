import { expect } from 'chai';
import { fileStore } from '../../../../src/adapters/host/fs-store.ts';
import { shippedProfiles } from '../../../../src/adapters/host/shipped-profiles.ts';
import { SETTINGS } from '../../../../src/config/setting.ts';
import type { Settings } from '../../../../src/domain/settings.ts';
import { resolveDemo } from '../../../../src/runs/demo/resolve.ts';
import { Library } from '../../../../src/runs/library.ts';

const defaults = Object.fromEntries(Object.entries(SETTINGS).map(([key, { default: value }]) => [key, value])) as unknown as Settings;
const row = (i: number, promptTokens: number, maxTokens: number): string =>
  `2023-11-16 18:00:${String(Math.floor(i / 10)).padStart(2, '0')}.${i % 10}00000,${promptTokens},${maxTokens}`;

/** Seconds that a demo on a trace of `requests` such requests is expected to take, ten a second. */
const expectedS = async (requests: number, promptTokens: number, maxTokens: number, over: Partial<Settings> = {}): Promise<number> => {
  const rows = Array.from({ length: requests }, (_, i) => row(i, promptTokens, maxTokens));
  const trace = ['TIMESTAMP,ContextTokens,GeneratedTokens', ...rows].join('\n');
  const lines = async function* (path: string) {
    if (path === 't.csv') yield trace.split('\n');
    else yield* fileStore().lines(path);
  };
  const store = { ...fileStore(), lines };
  const library = new Library(shippedProfiles(store), store);
  return (await resolveDemo({ ...defaults, requests, ...over, trace: 't.csv' }, library, store)).estimatedS;
};

describe('how long a demo is expected to take', () => {
  it('the default one: about what it takes, rather more', async () => {
    const library = new Library(shippedProfiles(fileStore()), fileStore());
    const { estimatedS, schedule } = await resolveDemo({ ...defaults, trace: undefined }, library, fileStore());
    expect(schedule.at(-1)!.arrivalMs / 1000).to.be.within(15, 25);
    expect(estimatedS).to.be.within(75, 130);
  });

  it('short prompts take as long as they take to come', async () => {
    const short = await expectedS(100, 100, 10);
    expect(short).to.be.within(46 + 20, 46 + 20 + 5);
  });

  it('long prompts queue, and each run takes as long as their prefill does', async () => {
    const [short, long] = [await expectedS(100, 100, 10), await expectedS(100, 12_000, 10)];
    expect(long).to.be.above(short + 2 * 20);
  });

  it('but nobody waits longer than a minute after the last arrival', async () => {
    expect(await expectedS(100, 100_000, 10)).to.be.within(46 + 2 * 69, 46 + 2 * 70);
  });

  it('long answers count, and slow clocks do', async () => {
    const long = await expectedS(20, 100, 1000);
    expect(long).to.be.above((await expectedS(20, 100, 10)) + 2 * 8);
    expect(await expectedS(20, 100, 1000, { governor: 'fixed', clocks: '390' })).to.be.above(long);
  });
});
