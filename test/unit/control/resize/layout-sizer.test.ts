import { expect } from 'chai';
import fc from 'fast-check';
import { LayoutSizer, type LayoutWishes } from '../../../../src/control/resize/layout-sizer.ts';
import type { Layout } from '../../../../src/control/resize/layout.ts';
import type { EngineRole } from '../../../../src/domain/instance.ts';

const ROLES: readonly EngineRole[] = ['prefill', 'decode', 'aggregated'];
const IDS = ['p0', 'p1', 'd0', 'd1'];
const sizerOf = (): LayoutSizer => new LayoutSizer(new Map(IDS.map((id) => [id, id.startsWith('p') ? 'prefill' : 'decode'])));
const layout = (prefill: number, decode: number, aggregated = 0): Layout => ({ prefill, decode, aggregated });
const wishes = (target: Layout, over: Partial<LayoutWishes> = {}): LayoutWishes => ({
  target,
  floor: { prefill: 1, decode: 1 },
  rests: false,
  dwellMs: 1000,
  ...over,
});
const loads = (requests: Readonly<Record<string, number>> = {}) => IDS.map((id) => ({ id, requests: requests[id] ?? 0 }));
const states = (sizer: LayoutSizer): string[] => IDS.map((id) => `${sizer.role(id)} ${sizer.presence(id)}`);

describe('layout sizer', () => {
  it('drains the emptiest of the role that has too many, then loads the other role, which serves once it is there', () => {
    const sizer = sizerOf();
    expect(sizer.adjust(wishes(layout(3, 1)), loads({ d0: 4, d1: 2 }), 0)).to.deep.equal([]);
    expect(states(sizer)).to.deep.equal(['prefill active', 'prefill active', 'decode active', 'decode draining']);
    expect(sizer.adjust(wishes(layout(3, 1)), loads({ d0: 4, d1: 0 }), 10)).to.deep.equal([
      { kind: 'load', instance: 'd1', role: 'prefill' },
    ]);
    expect(states(sizer).at(-1)).to.equal('prefill waking');
    expect([sizer.active('prefill'), sizer.active('decode')]).to.deep.equal([2, 1]);
    expect(sizer.adjust(wishes(layout(3, 1)), loads(), 20), 'it is on its way').to.deep.equal([]);
    sizer.awake('d1');
    expect(sizer.active('prefill')).to.equal(3);
  });

  it('keeps a role for the dwell time, and takes back who still drains', () => {
    const sizer = sizerOf();
    sizer.adjust(wishes(layout(3, 1)), loads({ d0: 1 }), 0);
    sizer.awake('d1');
    expect(sizer.role('d1')).to.equal('prefill');
    sizer.adjust(wishes(layout(1, 3)), loads({ p0: 1, p1: 1 }), 500);
    expect(sizer.presence('d1')).to.equal('active');
    expect([sizer.presence('p0'), sizer.presence('p1')]).to.have.members(['draining', 'draining']);
    sizer.adjust(wishes(layout(3, 1)), loads({ p0: 1, p1: 1 }), 600);
    expect(states(sizer).filter((state) => state === 'prefill active')).to.have.length(3);
  });

  it('lets pairs rest only when whoever does both serves', () => {
    const sizer = sizerOf();
    const aim = wishes(layout(0, 0, 1), { rests: true });
    const orders = sizer.adjust(aim, loads({ p0: 2, p1: 2, d0: 2, d1: 1 }), 0);
    expect(orders).to.deep.equal([]);
    const loading = sizer.adjust(aim, loads({ p0: 1, p1: 1, d0: 1 }), 10);
    expect(loading).to.deep.equal([{ kind: 'load', instance: 'd1', role: 'aggregated' }]);
    expect([sizer.active('prefill'), sizer.active('decode')]).to.deep.equal([1, 1]);
    sizer.awake('d1');
    for (let nowMs = 20; nowMs < 60; nowMs += 10) sizer.adjust(aim, loads(), nowMs);
    expect(ROLES.map((role) => sizer.active(role))).to.deep.equal([0, 0, 1]);
  });

  it('whatever is wanted when: somebody always serves both phases, and every order is given once', () => {
    const target = fc.oneof(
      fc.integer({ min: 1, max: 3 }).map((prefill) => layout(prefill, 4 - prefill)),
      fc.constantFrom(layout(1, 1), layout(0, 0, 1), layout(0, 0, 2)),
    );
    const step = fc.record({ target, idle: fc.boolean(), rests: fc.boolean(), starts: fc.boolean() });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (plan) => {
        const sizer = sizerOf();
        const starting = new Set<string>();
        plan.forEach(({ target: aim, idle, rests, starts }, i) => {
          if (starts) for (const id of starting) starting.delete(id) && sizer.awake(id);
          for (const { kind, instance } of sizer.adjust(
            wishes(aim, { rests }),
            loads(idle ? {} : { p0: 1, p1: 1, d0: 1, d1: 1 }),
            700 * i,
          )) {
            expect(starting.has(instance)).to.equal(false);
            if (kind !== 'rest') starting.add(instance);
          }
          expect(sizer.paired || sizer.active('aggregated') > 0).to.equal(true);
          const counts = sizer.counts();
          expect(counts.prefill + counts.decode + counts.aggregated).to.equal(IDS.length);
        });
      }),
      { numRuns: 300 },
    );
  });
});
