const FIRST_MS = 100;
const MOST_MS = 5000;

/** How long to wait after so many failures in a row. */
export const backoffMs = (failures: number): number => Math.min(MOST_MS, FIRST_MS * 2 ** Math.max(0, failures - 1));
