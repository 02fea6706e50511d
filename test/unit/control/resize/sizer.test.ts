import { expect } from 'chai';
import fc from 'fast-check';
import { RESIZE_TUNABLES } from '../../../../src/control/resize/plan.ts';
import { FleetSizer, type Member } from '../../../../src/control/resize/sizer.ts';

const CALM_MS = RESIZE_TUNABLES.calmMs;
const members = (requests: Readonly<Record<string, number>>): Member[] =>
  Object.entries(requests).map(([id, own]) => ({ id, role: id.startsWith('p') ? 'prefill' : 'decode', requests: own }));
const FLEET = { p0: 1, p1: 0, d0: 4, d1: 2, d2: 3 };
const sizerOf = (): FleetSizer => new FleetSizer(members(FLEET), RESIZE_TUNABLES);
const states = (sizer: FleetSizer): string[] => Object.keys(FLEET).map((id) => sizer.presence(id));

describe('fleet sizer', () => {
  it('lets one of each role go after a calm time, the emptiest first, and rests it once it has drained', () => {
    const sizer = sizerOf();
    const small = { prefill: 1, decode: 1 };
    expect(sizer.adjust(small, members(FLEET), 0)).to.deep.equal([]);
    expect(sizer.adjust(small, members(FLEET), CALM_MS - 1)).to.deep.equal([]);
    expect(sizer.adjust(small, members(FLEET), CALM_MS)).to.deep.equal([{ kind: 'rest', instance: 'p1' }]);
    expect(states(sizer)).to.deep.equal(['active', 'resting', 'active', 'draining', 'active']);
    expect(sizer.adjust(small, members({ ...FLEET, d1: 0 }), CALM_MS + 1)).to.deep.equal([{ kind: 'rest', instance: 'd1' }]);
    expect(sizer.adjust(small, members(FLEET), 2 * CALM_MS - 1)).to.deep.equal([]);
    sizer.adjust(small, members(FLEET), 2 * CALM_MS);
    expect(sizer.presence('d2')).to.equal('draining');
  });

  it('a burst within the calm time starts it anew', () => {
    const sizer = sizerOf();
    sizer.adjust({ prefill: 1, decode: 1 }, members(FLEET), 0);
    sizer.adjust({ prefill: 2, decode: 3 }, members(FLEET), CALM_MS - 1);
    sizer.adjust({ prefill: 1, decode: 1 }, members(FLEET), CALM_MS + 1);
    expect(states(sizer)).to.deep.equal(['active', 'active', 'active', 'active', 'active']);
  });

  it('takes back who drains for free, wakes who rests, and counts who is waking already', () => {
    const sizer = sizerOf();
    const small = { prefill: 1, decode: 1 };
    for (const atMs of [0, CALM_MS, 2 * CALM_MS]) sizer.adjust(small, members({ ...FLEET, d1: 0 }), atMs);
    expect(states(sizer)).to.deep.equal(['active', 'resting', 'active', 'resting', 'draining']);
    const grown = { prefill: 2, decode: 3 };
    const orders = sizer.adjust(grown, members(FLEET), 2 * CALM_MS + 1);
    expect(orders).to.deep.equal([
      { kind: 'wake', instance: 'p1' },
      { kind: 'wake', instance: 'd1' },
    ]);
    expect(states(sizer)).to.deep.equal(['active', 'waking', 'active', 'waking', 'active']);
    expect(sizer.adjust(grown, members(FLEET), 2 * CALM_MS + 2)).to.deep.equal([]);
    sizer.awake('d1');
    expect(sizer.presence('d1')).to.equal('active');
  });

  it('whatever is wanted when: each role keeps an active instance, and orders alternate', () => {
    const want = fc.record({
      prefill: fc.integer({ min: 1, max: 2 }),
      decode: fc.integer({ min: 1, max: 3 }),
      afterMs: fc.integer({ min: 1, max: 2 * CALM_MS }),
      idle: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(want, { maxLength: 40 }), (plan) => {
        const sizer = sizerOf();
        const last = new Map<string, string>();
        let nowMs = 0;
        for (const { afterMs, idle, ...size } of plan) {
          nowMs += afterMs;
          const fleet = members(idle ? { p0: 0, p1: 0, d0: 0, d1: 0, d2: 0 } : FLEET);
          for (const { kind, instance } of sizer.adjust(size, fleet, nowMs)) {
            expect(last.get(instance) ?? 'wake').to.not.equal(kind);
            last.set(instance, kind);
            if (kind === 'wake') sizer.awake(instance);
          }
          for (const role of ['p', 'd'])
            expect(Object.keys(FLEET).some((id) => id.startsWith(role) && sizer.presence(id) === 'active')).to.equal(true);
        }
      }),
      { numRuns: 200 },
    );
  });
});
