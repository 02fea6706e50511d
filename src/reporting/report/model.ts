import type { EnergyMap } from '../../domain/energy-map.ts';
import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import type { Tuning } from '../../domain/tuning.ts';

/** A run as a report names it. */
export interface NamedRun {
  /** As it was asked for: an id, or the name of its file. */
  readonly name: string;
  readonly record: RunRecord;
}

/** Everything that a report tells of, looked up and computed. */
export interface ReportModel {
  readonly title: string;
  readonly createdAt: string;
  readonly voltana: string;
  readonly argv: readonly string[];
  /** In the order in which they were asked for; the first is the baseline where there are several. None where only a search is told of. */
  readonly runs: readonly NamedRun[];
  /** Of each later run against the first, in their order: `runs.length - 1` of them. Their verdict says where that is not fair. */
  readonly comparisons: readonly Comparison[];
  readonly tunings: readonly { readonly name: string; readonly document: Tuning }[];
  /** Energy over clock and load of the runs' device, modelled; empty where neither a fit nor a card is known. */
  readonly energyMaps: readonly EnergyMap[];
  /** What the reader must know and no section says. */
  readonly notes: readonly string[];
}

/** Where on the page a picture stands. */
export type PanelSection = 'against' | 'time' | 'spread' | 'clocks' | 'map' | 'front';

/** A chart as plain data: what draws it, on a page or into a file, adds nothing. */
export interface ChartPanel {
  /** Of its element: letters, digits, hyphens. */
  readonly id: string;
  readonly section: PanelSection;
  readonly title: string;
  /** What a person who does not see it has to know: the axes, and what it shows here. */
  readonly description: string;
  /** As Apache ECharts takes it: JSON, no functions. */
  readonly option: Readonly<Record<string, unknown>>;
  /** Panels of one group share their cursor and their zoom. */
  readonly group: string | null;
  /** The same figures to read. */
  readonly table: { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] };
}

/** What a page needs beside its text; bundled at build time. */
export interface PageAssets {
  readonly script: string;
  readonly style: string;
}
