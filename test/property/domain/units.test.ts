import { expect } from 'chai';
import fc from 'fast-check';
import { energyOf, joules, megahertz, powerOf, watts } from '../../../src/domain/units.ts';

const QUANTITIES = { megahertz, watts, joules } as const;
/** Whatever a number can be: NaN, infinities, -0, subnormals. */
const anyNumber = fc.double();
/** From far below any device to far above any data centre; subnormals lose digits by themselves. */
const amount = fc.oneof(fc.constant(0), fc.double({ min: 1e-12, max: 1e12, noNaN: true }));
const duration = fc.double({ min: 1e-6, max: 1e9, noNaN: true });
const closeTo = (actual: number, expected: number): void =>
  void expect(Math.abs(actual - expected)).to.be.at.most(1e-9 * Math.abs(expected));

describe('properties of units', () => {
  for (const [name, make] of Object.entries(QUANTITIES)) {
    it(`${name} takes every finite number from 0 up as it is, and refuses all others by name`, () => {
      fc.assert(
        fc.property(anyNumber, (value) => {
          if (Number.isFinite(value) && value >= 0) expect(make(value)).to.equal(value);
          else expect(() => make(value)).to.throw(RangeError, name);
        }),
      );
    });
  }

  it('energy and power are each other’s inverse over any time but none', () => {
    fc.assert(
      fc.property(amount, duration, (powerW, durationMs) => {
        closeTo(powerOf(energyOf(powerW, durationMs), durationMs)!, powerW);
        closeTo(energyOf(powerOf(powerW, durationMs)!, durationMs), powerW);
      }),
    );
    fc.assert(fc.property(amount, fc.double({ max: 0, noNaN: true }), (energyJ, durationMs) => powerOf(energyJ, durationMs) === null));
  });

  it('energy adds up: over two stretches of time, and over two devices', () => {
    fc.assert(
      fc.property(amount, amount, duration, duration, (powerW, otherW, aMs, bMs) => {
        closeTo(energyOf(powerW, aMs) + energyOf(powerW, bMs), energyOf(powerW, aMs + bMs));
        closeTo(energyOf(powerW, aMs) + energyOf(otherW, aMs), energyOf(powerW + otherW, aMs));
      }),
    );
  });

  it('a watt over a second is a joule', () => {
    expect(energyOf(1, 1000)).to.equal(1);
    expect(powerOf(1, 1000)).to.equal(1);
  });
});
