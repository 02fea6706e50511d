import { expect } from 'chai';
import fc from 'fast-check';
import { render } from 'ink-testing-library';
import { createElement } from 'react';
import stringWidth from 'string-width';
import type { ScreenState } from '../../../src/domain/screen.ts';
import { panelsOf } from '../../../src/tui/panels.ts';
import { Screen } from '../../../src/tui/screen.tsx';
import { QUIET_VIEW, type View } from '../../../src/tui/view.ts';
import * as screens from '../../fixtures/tui/all-screens.ts';

const states: readonly ScreenState[] = Object.values(screens);
/** Narrow, wide and joined ones, on whose width all terminals agree. */
const CHARACTERS = ['a', 'Z', '7', ' ', '-', 'é', 'ß', '解', '한', 'ｗ', '🚀', 'e\u0301'];
const id = fc.constantFrom('d0', '解码器實例', '🚀 gpu', 'a-very-long-name-of-an-instance-on-a-node.example', 'e\u0301te\u0301', '');
const size = fc.record({ columns: fc.integer({ min: 10, max: 220 }), rows: fc.integer({ min: 2, max: 70 }) });

const stateOf = fc
  .record({
    base: fc.constantFrom(...states),
    ids: fc.array(id, { maxLength: 30 }),
    text: fc.string({ unit: fc.constantFrom(...CHARACTERS), maxLength: 300 }),
  })
  .map(({ base, ids, text }): ScreenState => {
    const instances = ids.map((name, i) => ({ ...screens.candidateScreen.instances[i % 4]!, id: name, reason: text }));
    return { ...base, title: text || base.title, warnings: [text, ...base.warnings], instances };
  });
const viewOf = fc.record<View>({
  keys: fc.boolean(),
  help: fc.boolean(),
  last: fc.boolean(),
  paused: fc.boolean(),
  sort: fc.constantFrom('id', 'watts', 'load', 'latency'),
  focus: fc.constantFrom('fleet', 'tuning', 'grid', 'front', 'map', 'latency', 'decisions', 'power', 'warnings', null),
  scroll: fc.integer({ min: 0, max: 40 }),
  role: fc.constantFrom('prefill', 'decode'),
  units: fc.constantFrom('usual', 'other'),
  quit: fc.constantFrom('no', 'asked', 'sent'),
});

describe('any state in any window', function () {
  this.timeout(60_000);

  it('is never taller or wider than the window', () => {
    fc.assert(
      fc.property(stateOf, viewOf, size, (state, view, window) => {
        const { lastFrame, unmount } = render(createElement(Screen, { state, view, size: window }));
        const lines = lastFrame()!.split('\n');
        unmount();
        expect(lines.length).to.be.at.most(window.rows - 1);
        expect(Math.max(...lines.map((line) => stringWidth(line)))).to.be.at.most(window.columns);
      }),
      { numRuns: 120 },
    );
  });

  it('every panel that is there can be looked at alone, under its name', () => {
    for (const state of states) {
      for (const focus of panelsOf(state).filter((one) => one !== 'fleet')) {
        const view = { ...QUIET_VIEW, keys: true, focus };
        const { lastFrame, unmount } = render(createElement(Screen, { state, view, size: { columns: 100, rows: 40 } }));
        const lines = lastFrame()!.split('\n');
        unmount();
        expect(lines[3], focus).to.match(/^ \d \w+/);
        expect(lines.slice(4).join('').trim(), focus).not.to.equal('');
      }
    }
  });
});
