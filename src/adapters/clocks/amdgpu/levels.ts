/** One line of pp_dpm_sclk or pp_dpm_mclk. */
export interface Level {
  /** What a mask names it by; null for deep sleep ("S: 19Mhz *"), which nobody can choose. */
  readonly index: number | null;
  readonly mhz: number;
  readonly active: boolean;
}

const LINE = /^\s*(S|\d{1,2}):\s*(\d{1,5})\s*mhz\s*(\*)?\s*$/i;

const levelOf = (line: string): Level[] => {
  const found = LINE.exec(line);
  if (found === null) return [];
  const [, index, mhz, star] = found;
  return [{ index: index!.toUpperCase() === 'S' ? null : Number(index), mhz: Number(mhz), active: star !== undefined }];
};

/** Lines of another shape are left out: a driver with an error prints "unavailable". */
export const parseLevels = (text: string): readonly Level[] => text.split('\n').flatMap(levelOf);

/** Those that can be chosen, slowest first: some memory tables go the other way round. */
export const chosable = (levels: readonly Level[]): readonly (Level & { readonly index: number })[] =>
  levels
    .filter((level): level is Level & { index: number } => level.index !== null && level.mhz > 0)
    .sort((a, b) => a.mhz - b.mhz || a.index - b.index);

/** The clock in force; null when none is marked. */
export const activeMhz = (levels: readonly Level[]): number | null => levels.find(({ active, mhz }) => active && mhz > 0)?.mhz ?? null;
