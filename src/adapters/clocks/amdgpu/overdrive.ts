export interface ClockRange {
  readonly leastMhz: number;
  readonly mostMhz: number;
}

/** What pp_od_clk_voltage says of the shader clock. */
export interface Overdrive {
  /** The limits in force, which can be set. */
  readonly sclk: ClockRange;
  /** Within which they can be set; null on Instinct parts, which print no OD_RANGE. */
  readonly allowed: ClockRange | null;
}

const HEADING = /^\s*([A-Z_0-9]+):\s*$/;
/** "0: 500Mhz" and "1: 1700Mhz *"; with a voltage behind it (Vega 10 and before) it is a curve, not a range. */
const POINT = /^\s*\d{1,2}:\s*(\d{1,5})\s*mhz(\s+-?\d+\s*mV)?\s*\*?\s*$/i;
const RANGE = /^\s*SCLK:\s*(\d{1,5})\s*mhz\s+(\d{1,5})\s*mhz\s*$/i;

/** Aldebaran calls the first section GFXCLK, all others OD_SCLK. */
const SCLK_HEADINGS = new Set(['OD_SCLK', 'GFXCLK']);

const sectionsOf = (text: string): Map<string, string[]> => {
  const sections = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    const heading = HEADING.exec(line)?.[1];
    if (heading === undefined) lines.push(line);
    else sections.set(heading, (lines = []));
  }
  return sections;
};

const rangeOf = (points: readonly number[]): ClockRange | null => {
  const [leastMhz, mostMhz] = [points[0], points.at(-1)];
  if (leastMhz === undefined || mostMhz === undefined || points.length < 2) return null;
  return leastMhz > 0 && leastMhz <= mostMhz ? { leastMhz, mostMhz } : null;
};

const allowedIn = (lines: readonly string[]): ClockRange | null => {
  const found = lines.map((line) => RANGE.exec(line)).find((match) => match !== null);
  return found === undefined || found === null ? null : rangeOf([Number(found[1]), Number(found[2])]);
};

/**
 * Null where there is no range of clocks in it: no overdrive, or a curve of voltages, which is not ours to change.
 * Aldebaran puts the present clock between the two limits, so the last point counts, whatever its number.
 * Format: Linux, drivers/gpu/drm/amd/pm/amdgpu_pm.c ("DOC: pp_od_clk_voltage") and swsmu/smu13/*_ppt.c, print_clk_levels.
 */
export const parseOverdrive = (text: string): Overdrive | null => {
  const sections = sectionsOf(text);
  const lines = [...sections].find(([heading]) => SCLK_HEADINGS.has(heading))?.[1] ?? [];
  const points = lines.map((line) => POINT.exec(line)).filter((match) => match !== null);
  if (points.some(([, , voltage]) => voltage !== undefined)) return null;
  const sclk = rangeOf(points.map(([, mhz]) => Number(mhz)));
  return sclk === null ? null : { sclk, allowed: allowedIn(sections.get('OD_RANGE') ?? []) };
};
