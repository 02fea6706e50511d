const DIGITS = 3;

/** Three digits that count, without an exponent: 0.123, 12.3, 1230. */
export const rateText = (value: number): string => {
  if (value === 0 || !Number.isFinite(value)) return String(value);
  const places = DIGITS - 1 - Math.floor(Math.log10(Math.abs(value)));
  return places >= 0 ? value.toFixed(Math.min(places, 9)) : String(Math.round(value / 10 ** -places) * 10 ** -places);
};
