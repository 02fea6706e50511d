import type { ScreenInstance, ScreenPhase, ScreenState } from '../domain/screen.ts';
import { fleetRowsOf } from './fleet-rows.ts';
import { PANELS, panelsOf, type Panel } from './panels.ts';
import type { PanelId, View } from './view.ts';

export interface Size {
  readonly columns: number;
  readonly rows: number;
}

/** A panel and its room, the row of its title included. */
export interface Placed {
  readonly panel: Panel;
  /** The key that gives it the window; null beyond 9. */
  readonly digit: number;
  readonly width: number;
  readonly height: number;
}

/** A part of the window with panels one under the other. */
export interface Column {
  readonly width: number;
  readonly panels: readonly Placed[];
}

/** What fits in the window. */
export interface Layout {
  /** Of the frame. Never the window's last row: writing there would scroll. */
  readonly height: number;
  /** Of the part that has the phases, the fleet and what it comes to. */
  readonly width: number;
  /** Room for what is nice to have beside each instance. */
  readonly wide: boolean;
  readonly blanks: boolean;
  readonly phases: readonly ScreenPhase[];
  /** Rows of the fleet table, in the order of the roles. */
  readonly instances: readonly ScreenInstance[];
  readonly hidden: number;
  readonly maxScroll: number;
  readonly warnings: readonly string[];
  /** What the keys do, or what they have done, in the last row. */
  readonly footer: boolean;
  /** Under the fleet, next to each other. */
  readonly below: readonly Column[];
  /** To the right of everything but the heading; null in a narrow window. */
  readonly right: Column | null;
}

const WIDE_COLUMNS = 110;
/** From here on a second column stands beside the first. */
const TWO_COLUMNS = 168;
const LEFT_SHARE = 0.55;
/** Between two columns. */
const GAP = 2;
const MAX_WARNINGS = 4;
const HEADING = 2;
const BLANKS = 3;
/** A lower window has better use for the row, unless somebody waits for what it says. */
const FOOTER_ROWS = 14;

/** The one under way, or the last one: what a low window has room for. */
const present = (phases: readonly ScreenPhase[]): ScreenPhase[] =>
  phases.filter(({ status }, i) => status === 'running' || status === 'stopped' || (status === 'done' && i === phases.length - 1));

/** Rows of the summary without its warnings: nothing is saved or changed while a search computes. */
export const summaryRows = ({ measuring, figure, decision }: ScreenState): number =>
  measuring === 'searching' ? (figure ? 1 : 0) + (decision ? 1 : 0) : 2;

interface Room {
  readonly width: number;
  readonly rows: number;
}

interface Taken extends Room {
  readonly panels: { readonly panel: Panel; height: number; readonly wanted: number }[];
  left: number;
}

/** A blank before it, its title, its rows. */
const FRAME = 2;

const place = (state: ScreenState, view: View, regions: readonly Taken[]): void => {
  for (const panel of PANELS.filter((one) => one.present(state))) {
    const fits = ({ width, left }: Taken): boolean => width >= panel.minWidth && left >= panel.minRows + FRAME;
    const region = regions.find((one) => fits(one) && panel.wantedRows(state, view, one.width) > 0);
    if (!region) continue;
    const wanted = Math.max(panel.minRows, panel.wantedRows(state, view, region.width));
    region.panels.push({ panel, height: panel.minRows, wanted });
    region.left -= panel.minRows + FRAME;
  }
};

/** What no panel needed goes to those that hold more, the first ones first. */
const grow = (region: Taken): void => {
  for (const panel of region.panels) {
    const more = Math.min(region.left, panel.wanted - panel.height);
    panel.height += more;
    region.left -= more;
  }
};

const columnsOf = (state: ScreenState, view: View, rooms: readonly Room[]): Column[] => {
  const regions = rooms.map((room): Taken => ({ ...room, panels: [], left: room.rows }));
  place(state, view, regions);
  regions.forEach(grow);
  const digits = panelsOf(state);
  return regions.map(({ width, panels }) => ({
    width,
    panels: panels.map(({ panel, height }) => ({ panel, digit: digits.indexOf(panel.id) + 1, width, height: height + FRAME })),
  }));
};

const heightOf = ({ panels }: Column): number => panels.reduce((sum, { height }) => sum + height, 0);

/** One room, or two next to each other where both are wide enough to read. */
const roomsBelow = (width: number, rows: number): Room[] => {
  if (width < WIDE_COLUMNS) return [{ width, rows }];
  const left = Math.floor((width - GAP) / 2);
  return [
    { width: left, rows },
    { width: width - GAP - left, rows },
  ];
};

/** Those that a person watches this work for: a phase that is over may make room for them. */
const CHIEF: ReadonlySet<PanelId> = new Set(['tuning', 'grid', 'front', 'map']);

const lacksChief = (state: ScreenState, { below, right }: Layout): boolean => {
  const shown = [...below, ...(right ? [right] : [])].flatMap(({ panels }) => panels.map(({ panel }) => panel.id));
  const first = PANELS.find(({ id, present: isThere }) => CHIEF.has(id) && isThere(state));
  return first !== undefined && !shown.includes(first.id);
};

/** Spends the window's rows on what matters most: phases and figures, the fleet, warnings, air, pictures. */
export const layoutOf = (state: ScreenState, view: View, size: Size): Layout => {
  const layout = layoutWith(state, view, size, state.phases);
  if (view.last || !lacksChief(state, layout)) return layout;
  const folded = layoutWith(state, view, size, present(state.phases));
  return lacksChief(state, folded) ? layout : folded;
};

/** What the part above the panels takes, and what it leaves. */
interface Top extends Pick<Layout, 'blanks' | 'phases' | 'instances' | 'hidden' | 'maxScroll' | 'warnings' | 'footer'> {
  readonly left: number;
}

const topOf = (state: ScreenState, view: View, height: number, all: readonly ScreenPhase[]): Top => {
  const { instances, warnings } = state;
  const footer = view.keys && (height >= FOOTER_ROWS || view.paused || view.quit !== 'no');
  const always = HEADING + summaryRows(state) + (footer ? 1 : 0);
  const headings = new Set(instances.map(({ role }) => role)).size;
  const phases = height < always + all.length + headings + instances.length ? present(all) : all;
  const room = Math.max(0, height - always - phases.length - headings);
  const { shown, hidden, maxScroll } = fleetRowsOf(instances, view, instances.length <= room ? room : room - 1);
  let left = room - shown.length - (hidden > 0 ? 1 : 0);
  const warningCount = Math.max(0, Math.min(left, MAX_WARNINGS, warnings.length));
  left -= warningCount;
  const blanks = left >= BLANKS;
  if (blanks) left -= BLANKS;
  return { left, blanks, phases, instances: shown, hidden, maxScroll, warnings: warnings.slice(warnings.length - warningCount), footer };
};

const layoutWith = (state: ScreenState, view: View, { columns, rows }: Size, all: readonly ScreenPhase[]): Layout => {
  const height = Math.max(1, rows - 1);
  const two = columns >= TWO_COLUMNS;
  const width = two ? Math.max(WIDE_COLUMNS, Math.floor(columns * LEFT_SHARE)) : columns;
  const { left, ...top } = topOf(state, view, height, all);
  const footerRows = top.footer ? 1 : 0;
  const rightRooms = two ? [{ width: columns - width - GAP, rows: height - HEADING - footerRows }] : [];
  const placed = columnsOf(state, view, [...rightRooms, ...roomsBelow(width, left)]);
  const right = two ? (placed[0] ?? null) : null;
  const below = (two ? placed.slice(1) : placed).filter(({ panels }) => panels.length > 0);
  const used = height - left + Math.max(0, ...below.map(heightOf));
  const beside = right ? HEADING + heightOf(right) + footerRows : 0;
  return {
    ...top,
    height: Math.min(height, Math.max(used, beside)),
    width,
    wide: width >= WIDE_COLUMNS,
    below,
    right: right && right.panels.length > 0 ? right : null,
  };
};

/** The whole window for one panel, below the heading. */
export const focusedOn = (state: ScreenState, id: PanelId, { columns, rows }: Size): Placed | null => {
  const panel = PANELS.find((one) => one.id === id && one.present(state));
  const height = Math.max(1, rows - 1 - HEADING - 1);
  return panel ? { panel, digit: panelsOf(state).indexOf(id) + 1, width: columns, height } : null;
};
