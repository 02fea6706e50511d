import { ROLES } from '../domain/instance.ts';
import type { ScreenInstance, ScreenPhase, ScreenState } from '../domain/screen.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** What fits in the window. */
export interface Layout {
  /** Of the frame. Never the window's last row: writing there would scroll. */
  readonly height: number;
  /** Room for what is nice to have beside each instance. */
  readonly wide: boolean;
  readonly blanks: boolean;
  readonly power: boolean;
  readonly phases: readonly ScreenPhase[];
  /** Rows of the fleet table, in the order of the roles. */
  readonly instances: readonly ScreenInstance[];
  readonly hidden: number;
  readonly warnings: readonly string[];
}

const WIDE_COLUMNS = 110;
const MAX_WARNINGS = 4;
/** Title, evidence, saving, last decision. */
const ALWAYS = 4;
const BLANKS = 3;

const byRole = (instances: readonly ScreenInstance[]): ScreenInstance[] =>
  ROLES.flatMap((role) => instances.filter((instance) => instance.role === role));

/** As many of each role as its share of the fleet: hiding a whole role would hide a whole phase. */
const chosen = (instances: readonly ScreenInstance[], room: number): ScreenInstance[] => {
  if (instances.length <= room) return byRole(instances);
  const prefill = instances.filter(({ role }) => role === 'prefill');
  const decode = instances.filter(({ role }) => role === 'decode');
  const shownPrefill = Math.min(
    prefill.length,
    Math.max(decode.length === 0 ? room : 1, Math.round((prefill.length / instances.length) * room)),
  );
  return [...prefill.slice(0, shownPrefill), ...decode.slice(0, Math.max(0, room - shownPrefill))];
};

/** The one under way, or the last one: what a low window has room for. */
const present = (phases: readonly ScreenPhase[]): ScreenPhase[] =>
  phases.filter(({ status }, i) => status === 'running' || status === 'stopped' || (status === 'done' && i === phases.length - 1));

/** Spends the window's rows on what matters most: phases and figures, the fleet, warnings, air, curves. */
export const layoutOf = ({ phases: all, instances, warnings, power }: ScreenState, { columns, rows }: Size): Layout => {
  const height = Math.max(1, rows - 1);
  const wide = columns >= WIDE_COLUMNS;
  const headings = new Set(instances.map(({ role }) => role)).size;
  const phases = height < ALWAYS + all.length + headings + instances.length ? present(all) : all;
  const room = Math.max(0, height - ALWAYS - phases.length - headings);
  const shown = instances.length <= room ? chosen(instances, room) : chosen(instances, Math.max(0, room - 1));
  const hidden = instances.length - shown.length;
  let left = room - shown.length - (hidden > 0 ? 1 : 0);
  const warningCount = Math.max(0, Math.min(left, MAX_WARNINGS, warnings.length));
  left -= warningCount;
  const blanks = left >= BLANKS;
  if (blanks) left -= BLANKS;
  const curves = wide && power.length > 0 && left > power.length;
  if (curves) left -= power.length + 1;
  const newest = warnings.slice(warnings.length - warningCount);
  return { height: Math.min(height, height - left), wide, blanks, power: curves, phases, instances: shown, hidden, warnings: newest };
};
