import { expect } from 'chai';
import { validateScreen } from '../../../src/schemas/compiled/validators.js';
import { searchScreenOf } from '../../../src/tui/search-screen.ts';
import { afterSearchEvent, initialSearchState, type SearchEvent, type SearchProgress } from '../../../src/tui/search-state.ts';

const outline = {
  title: 'voltana tune --search: w at 8/s',
  question: 'TTFT 1000 ms, gaps 50 ms for 99.0 %',
  slo: { ttftMs: 1000, itlMs: 50 },
  refused: 3,
  workers: 2,
};
const progress = (over: Partial<SearchProgress>): SearchEvent => ({
  kind: 'progress',
  progress: { stage: 'rung 1 of 2', done: 0, of: 10, simulated: 0, replayed: 0, etaS: null, ...over },
  best: null,
});
const after = (...events: SearchEvent[]) => searchScreenOf(events.reduce(afterSearchEvent, initialSearchState(outline)), 9);

describe('search screen', () => {
  it('stages become phases as they come; batches of one stage are one phase', () => {
    const events = [
      progress({}),
      progress({ done: 10, simulated: 10 }),
      progress({ of: 5 }),
      progress({ done: 2, of: 5, etaS: 61, simulated: 12 }),
    ];
    const { phases } = after(...events);
    expect(phases).to.have.length(1);
    expect(phases[0]).to.deep.include({ status: 'running', note: 'rung 1 of 2, about 1:01 left' });
    expect(phases[0]!.progress).to.deep.equal({ done: 12, total: 15, text: '12 of 15 runs' });
    const next = after(...events, progress({ stage: 'judging', of: 4 }));
    expect(next.phases.map(({ status, note }) => `${status} ${note}`)).to.deep.equal(['done rung 1 of 2: 12 runs', 'running judging']);
    expect(after(...events, { kind: 'stopped' }).phases[0]!.status).to.equal('stopped');
    expect(after(...events, { kind: 'done' }).phases[0]!.status).to.equal('done');
  });

  it('says how much was tried and how, and that all of it is simulated', () => {
    const { evidence, figure } = after(progress({ simulated: 12, replayed: 4 }));
    expect(evidence)
      .to.match(/^simulated: modelled joules/)
      .and.match(/12 runs simulated by 2 workers, 4 replayed, 3 layouts refused by arithmetic$/);
    expect(figure?.text).to.equal('nothing keeps the target yet');
  });

  it('every state is one that the screen takes', () => {
    for (const state of [after(), after(progress({})), after(progress({}), { kind: 'noted', text: 'x' }, { kind: 'done' })])
      expect(validateScreen(state), JSON.stringify(validateScreen.errors)).to.equal(true);
  });
});
