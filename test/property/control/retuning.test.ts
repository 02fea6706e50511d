import { expect } from 'chai';
import fc from 'fast-check';
import { FleetControl, type FleetControlOptions } from '../../../src/control/fleet-control.ts';
import { RESIZE_TUNABLES } from '../../../src/control/resize/plan.ts';
import type { Treatment } from '../../../src/domain/live-tuning.ts';
import { createGovernor } from '../../../src/governing/registry.ts';
import { createRouting } from '../../../src/routing/registry.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';

const TABLE = Array.from({ length: 81 }, (_, i) => 210 + 15 * i);
const [LEAST, MOST] = [390, 1305];
const instanceOf = (id: string): FleetControlOptions['instances'][number] => ({
  id,
  role: id.startsWith('p') ? 'prefill' : 'decode',
  gpuCount: 1,
  supportedMhz: TABLE,
  startMhz: 1410,
  predictor: predictorOf(id.startsWith('p') ? 'p0' : 'd0'),
});

const treatment = fc.constantFrom<Treatment>('governed', 'shadow', 'control');
const target = fc.option(fc.double({ min: 0.05, max: 1, noNaN: true }));
const bound = fc.option(fc.integer({ min: 0, max: 1600 }));
const bounds = fc.tuple(bound, bound).map(([a, b]) => {
  const [minMhz, maxMhz] = a !== null && b !== null && a > b ? [b, a] : [a, b];
  return { minMhz, maxMhz };
});
const steps = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('arrive' as const), tokens: fc.integer({ min: 1, max: 4000 }) }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('end' as const), which: fc.nat() }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('fail' as const), which: fc.nat() }) },
  { weight: 3, arbitrary: fc.record({ kind: fc.constant('treat' as const), which: fc.nat(), treatment }) },
  {
    weight: 3,
    arbitrary: fc.record({ kind: fc.constant('retune' as const), itlTarget: target, ttftTarget: target, prefill: bounds, decode: bounds }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('swap' as const), governor: fc.constantFrom('slo', 'mpc', 'max', 'ecofreq') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant('distrust' as const), which: fc.nat(), reason: fc.constantFrom(null, 'a doubt') }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('add' as const), role: fc.constantFrom('p', 'd') }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant('leave' as const), which: fc.nat() }) },
);
type Step = typeof steps extends fc.Arbitrary<infer T> ? T : never;

/** A fleet with a driver that does at once what it is told, and a book of what became of every request. */
class World {
  readonly fleet: FleetControl;
  readonly arrived = new Set<string>();
  readonly under = new Map<string, string>();
  readonly done = new Set<string>();
  readonly #leaving = new Set<string>();
  readonly #distrusted = new Set<string>();
  #nowMs = 0;
  #numbers = 10;

  constructor(park: boolean) {
    this.fleet = new FleetControl({
      instances: ['p0', 'p1', 'd0', 'd1'].map(instanceOf),
      slo: { ttftMs: 1000, itlMs: 50 },
      governor: createGovernor('slo'),
      routing: createRouting('eco'),
      maxTransitionsPerS: 2,
      dwellMs: 0,
      minClockMhz: LEAST,
      maxClockMhz: MOST,
      ...(park && { resize: { rest: 'park', tunables: { ...RESIZE_TUNABLES, calmMs: 0 } } }),
    });
  }

  do(step: Step): void {
    const { fleet } = this;
    this.#nowMs += 700;
    switch (step.kind) {
      case 'arrive': {
        const id = `r${this.arrived.size}`;
        this.arrived.add(id);
        fleet.arrive({ id, arrivalMs: this.#nowMs, promptTokens: step.tokens }, this.#nowMs);
        break;
      }
      case 'end':
        this.#end([...this.under.keys()][step.which % Math.max(1, this.under.size)]);
        break;
      case 'fail': {
        const id = [...this.under.keys()][step.which % Math.max(1, this.under.size)];
        if (id === undefined) break;
        expect(fleet.putBack(id, [this.under.get(id)!], this.#nowMs)).to.equal(true);
        this.under.delete(id);
        break;
      }
      case 'treat':
        fleet.treat(this.#domain(step.which), step.treatment);
        break;
      case 'retune': {
        const { itlTarget, ttftTarget, prefill, decode } = step;
        fleet.retune({ tunables: { itlTarget, ttftTarget }, clockBounds: { prefill, decode } });
        break;
      }
      case 'swap':
        fleet.retune({ governor: createGovernor(step.governor) });
        break;
      case 'distrust': {
        const domain = this.#domain(step.which);
        fleet.distrust(domain, step.reason);
        if (step.reason === null) this.#distrusted.delete(domain);
        else this.#distrusted.add(domain);
        break;
      }
      case 'add':
        fleet.add(instanceOf(`${step.role}${this.#numbers++}`));
        break;
      case 'leave': {
        // The first two stay: somebody has to serve.
        const others = fleet.domainIds.filter((id) => this.#numbers > 10 && /\d\d/.test(id) && !this.#leaving.has(id));
        const id = others[step.which % Math.max(1, others.length)];
        if (id === undefined) break;
        fleet.retire(id);
        this.#leaving.add(id);
        break;
      }
    }
    this.#settle();
  }

  /** Everybody ends what it has; whoever waits is sent on. */
  drain(): void {
    for (let round = 0; this.fleet.queued + this.under.size > 0 && round < 500; round++) {
      this.#nowMs += 700;
      for (const id of [...this.under.keys()]) this.#end(id);
      this.#settle();
    }
  }

  #domain(which: number): string {
    return this.fleet.domainIds[which % this.fleet.domainIds.length]!;
  }

  #end(id: string | undefined): void {
    if (id === undefined) return;
    this.fleet.tracker.prefillDone(id, this.#nowMs);
    this.fleet.tracker.tokens(id, 2, this.#nowMs);
    expect(this.fleet.ended(id, 'completed', this.#nowMs)).to.equal('running');
    this.under.delete(id);
    this.done.add(id);
  }

  #settle(): void {
    const { fleet } = this;
    for (const order of fleet.resize(this.#nowMs)) if (order.kind === 'wake') fleet.awake(order.instance);
    for (const { request, placement } of fleet.dispatch(this.#nowMs)) {
      expect(this.under.has(request.id) || this.done.has(request.id), `${request.id} was sent twice`).to.equal(false);
      this.under.set(request.id, placement.decode);
    }
    for (const domain of [...fleet.domainIds]) this.#command(domain);
    for (const id of [...this.#leaving]) if (fleet.remove(id)) this.#leaving.delete(id);
  }

  #command(domain: string): void {
    const command = this.fleet.evaluate(domain, this.#nowMs);
    const highest = TABLE.filter((mhz) => mhz <= MOST).at(-1)!;
    const held = this.fleet.treatment(domain) !== 'governed' || this.#distrusted.has(domain);
    if (command) {
      expect(command.clockMhz).to.be.within(LEAST, MOST);
      if (held) expect(command.clockMhz).to.equal(highest);
      this.fleet.control(domain).applied(command.clockMhz, this.#nowMs);
    }
    if (this.fleet.treatment(domain) !== 'governed') expect(this.fleet.control(domain).askedMhz).to.equal(highest);
  }
}

describe('properties of a fleet that is treated and retuned', () => {
  for (const park of [false, true])
    it(`loses no request and sends none twice, commands no clock out of bounds, and where it is held nothing but the highest${park ? ', with parking' : ''}`, () => {
      fc.assert(
        fc.property(fc.array(steps, { minLength: 1, maxLength: 60 }), (asked) => {
          const world = new World(park);
          for (const step of asked) world.do(step);
          world.drain();
          expect([...world.done].sort()).to.deep.equal([...world.arrived].sort());
          expect(world.fleet.tracker.inFlight).to.equal(0);
        }),
        { numRuns: 60 },
      );
    });
});
