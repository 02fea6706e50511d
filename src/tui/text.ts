/** Eighths of a cell, for curves that fit in one line. */
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'] as const;

/** Of a curve: more than any window is wide enough for. */
export const POWER_COLUMNS = 64;

/** 83 -> 1:23 */
export const minutes = (seconds: number): string => {
  const whole = Math.floor(Math.max(0, seconds));
  return `${Math.floor(whole / 60)}:${String(whole % 60).padStart(2, '0')}`;
};

/** How much of a bar of `width` cells is full; empty while nothing is known. */
export const fullCells = (done: number, total: number, width: number): number =>
  total <= 0 ? 0 : Math.round(Math.min(1, Math.max(0, done / total)) * width);

/** A curve in one line: `top` is the highest level, zero the lowest. */
export const sparkline = (values: readonly number[], top: number): string =>
  values.map((value) => LEVELS[Math.min(LEVELS.length - 1, Math.max(0, Math.round((value / (top || 1)) * (LEVELS.length - 1))))]).join('');

/** 12345 -> 12.3k: a table cell has no room for more. */
export const short = (value: number): string => {
  if (value < 10_000) return value.toFixed(0);
  return value < 1_000_000 ? `${(value / 1000).toFixed(value < 100_000 ? 1 : 0)}k` : `${(value / 1_000_000).toFixed(1)}M`;
};

/** Milliseconds with as many digits as mean something. */
export const ms = (value: number): string => value.toFixed(value < 100 ? 1 : 0);
