import { expect } from 'chai';
import { afterKey, QUIET_VIEW, type Shown, type View } from '../../../src/tui/view.ts';

const shown: Shown = { panels: ['fleet', 'map', 'latency'], maxScroll: 3 };
const after = (...keys: readonly string[]): View =>
  keys.reduce<View>((view, key) => afterKey(view, key, shown), { ...QUIET_VIEW, keys: true });

describe('what keys do', () => {
  it('tab goes through the panels and back to all of them', () => {
    expect([1, 2, 3, 4].map((count) => after(...Array<string>(count).fill('tab')).focus)).to.deep.equal(['fleet', 'map', 'latency', null]);
    expect(after('shift-tab').focus).to.equal('latency');
  });
  it('a digit chooses one; one that no panel has does nothing', () => {
    expect(after('2').focus).to.equal('map');
    expect(after('2', '9').focus).to.equal('map');
    expect(after('2', 'escape').focus).to.equal(null);
  });
  it('scrolls no further than there is something', () => {
    expect(after('down', 'j', 'down', 'down', 'down').scroll).to.equal(3);
    expect(after('down', 'up', 'k').scroll).to.equal(0);
  });
  it('a fleet that has become smaller takes the first key up', () =>
    expect(afterKey({ ...QUIET_VIEW, scroll: 40 }, 'up', shown).scroll).to.equal(2));
  it('sorting begins at the top', () => expect(after('down', 's')).to.deep.include({ sort: 'watts', scroll: 0 }));
  it('space and p hold and let go', () => expect([after('space').paused, after('space', 'p').paused]).to.deep.equal([true, false]));
  it('one q asks, another key takes it back and does its own work', () => {
    expect(after('q').quit).to.equal('asked');
    expect(after('q', 'u')).to.deep.include({ quit: 'no', units: 'other' });
    expect(after('q', 'x').quit).to.equal('no');
  });
  it('the second q sends, once: a third would be a second Ctrl-C', () => {
    expect(after('q', 'q').quit).to.equal('sent');
    expect(after('q', 'q', 'q', 'x').quit).to.equal('sent');
  });
  it('help opens and closes', () =>
    expect([after('?').help, after('?', '?').help, after('?', 'escape').help]).to.deep.equal([true, false, false]));
  it('a name of every object is no key', () => expect(after('constructor', 'toString')).to.deep.equal({ ...QUIET_VIEW, keys: true }));
});
