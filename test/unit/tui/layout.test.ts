import { expect } from 'chai';
import fc from 'fast-check';
import type { ScreenState } from '../../../src/domain/screen.ts';
import { layoutOf } from '../../../src/tui/layout.ts';
import { QUIET_VIEW } from '../../../src/tui/view.ts';
import { candidateScreen } from '../../fixtures/tui/screens.ts';

const fleet = (count: number): ScreenState => ({
  ...candidateScreen,
  instances: Array.from({ length: count }, (_, i) => ({ ...candidateScreen.instances[i % 4]!, id: `${i % 4 < 2 ? 'p' : 'd'}${i}` })),
});

describe('layout', () => {
  it('80x24 has room for everything but the curves', () => {
    const layout = layoutOf(candidateScreen, QUIET_VIEW, { columns: 80, rows: 24 });
    expect(layout).to.deep.include({ wide: false, blanks: true, hidden: 0 });
    expect(layout.phases).to.have.length(5);
    expect(layout.warnings).to.have.length(1);
  });

  it('120x40 draws the curves as well', () => {
    const layout = layoutOf(candidateScreen, QUIET_VIEW, { columns: 120, rows: 40 });
    expect(layout).to.deep.include({ wide: true, blanks: true, hidden: 0 });
    expect(layout.below.flatMap(({ panels }) => panels.map(({ panel }) => panel.id))).to.deep.equal(['power']);
  });

  it('a low window keeps the phase under way', () => {
    const { phases, instances } = layoutOf(candidateScreen, QUIET_VIEW, { columns: 80, rows: 13 });
    expect(phases.map(({ name }) => name)).to.deep.equal(['candidate']);
    expect(instances).to.have.length(4);
  });

  it('of a large fleet it shows some of both roles and counts the others', () => {
    const { instances, hidden } = layoutOf(fleet(40), QUIET_VIEW, { columns: 80, rows: 24 });
    expect(new Set(instances.map(({ role }) => role))).to.have.property('size', 2);
    expect(instances.length + hidden).to.equal(40);
    expect(hidden).to.be.above(0);
  });

  it('shows the newest warnings', () => {
    const warnings = Array.from({ length: 20 }, (_, i) => `warning ${i}`);
    expect(layoutOf({ ...candidateScreen, warnings }, QUIET_VIEW, { columns: 80, rows: 60 }).warnings).to.deep.equal(warnings.slice(-4));
  });

  it('is never as tall as the window, whatever there is to show', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 100 }),
        fc.integer({ min: 1, max: 200 }),
        fc.integer({ min: 2, max: 100 }),
        (count, columns, rows) => {
          const { height } = layoutOf(fleet(count), QUIET_VIEW, { columns, rows });
          expect(height).to.be.within(1, rows - 1);
        },
      ),
    );
  });
});
