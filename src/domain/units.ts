/**
 * Units as types. A branded number cannot be passed where another unit is expected, and the constructors are
 * the only way in: they refuse NaN, infinities and negatives. Arithmetic yields a plain number on purpose, so a
 * result has to be named again before it crosses a boundary.
 */
declare const unit: unique symbol;
type Quantity<U extends string> = number & { readonly [unit]: U };

export type Megahertz = Quantity<'MHz'>;
export type Watts = Quantity<'W'>;
export type Joules = Quantity<'J'>;

const checked = (value: number, name: string): number => {
  if (!Number.isFinite(value) || value < 0) throw new RangeError(`${name} must be a finite number >= 0, got ${value}`);
  return value;
};

export const megahertz = (value: number): Megahertz => checked(value, 'megahertz') as Megahertz;
export const watts = (value: number): Watts => checked(value, 'watts') as Watts;
export const joules = (value: number): Joules => checked(value, 'joules') as Joules;

export const MS_PER_S = 1000;
/** Energy of a mean power held for a time: W x ms -> J. */
export const energyOf = (powerW: number, durationMs: number): number => (powerW * durationMs) / MS_PER_S;
/** Mean power of an energy spent over a time: J / ms -> W; null over no time at all. */
export const powerOf = (energyJ: number, durationMs: number): number | null => (durationMs > 0 ? (energyJ / durationMs) * MS_PER_S : null);
