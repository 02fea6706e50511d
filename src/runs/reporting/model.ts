import { oneLine } from '../../domain/plain-text.ts';
import type { Comparison } from '../../domain/run-record.ts';
import type { ReportModel } from '../../reporting/report/model.ts';
import { compareRuns } from '../../telemetry/compare.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import type { Library } from '../library.ts';
import { energyMapsOf } from './maps.ts';
import type { Sources } from './read.ts';

export interface ReportWishes {
  readonly title: string | undefined;
  /** A fit of the runs' device, by its id or file. */
  readonly fitted: string | undefined;
}

export interface ModelPorts {
  readonly library: Library;
  readonly headerFor: (seed: number) => Omit<HeaderFields, 'evidence'>;
}

/** A search has a seed of its own; one report is of one of them. */
const seedOf = ({ runs, tunings }: Sources): number => runs[0]?.record.seed ?? tunings[0]?.document.seed ?? 0;

function comparisonsOf({ runs, comparison }: Sources, { headerFor }: ModelPorts): readonly Comparison[] {
  if (comparison !== null) return [comparison];
  const [first, ...later] = runs;
  return first === undefined ? [] : later.map(({ record }) => compareRuns(first.record, record, headerFor(record.seed)));
}

function titleOf({ runs, tunings }: Sources): string {
  const names = [...runs, ...tunings].map(({ name }) => name);
  const config = runs[0]?.record.config;
  if (config === undefined) return oneLine(`Search: ${names.join(', ')}`);
  const what = `${config.model} on ${config.gpu}, ${config.workload}`;
  const governors = [...new Set(runs.map(({ record }) => record.config.governor))];
  return oneLine(governors.length > 1 ? `${what}: ${governors.slice(1).join(', ')} against ${governors[0]!}` : `${what}: ${governors[0]!}`);
}

/** Everything that a report of these tells. @throws VoltanaError for a fit that is none, or none of the runs' device */
export async function reportModel(sources: Sources, { title, fitted }: ReportWishes, ports: ModelPorts): Promise<ReportModel> {
  const { runs, tunings } = sources;
  const header = ports.headerFor(seedOf(sources));
  const comparisons = comparisonsOf(sources, ports);
  const records = runs.map(({ record }) => record);
  const { energyMaps, notes } = await energyMapsOf(records, fitted, ports.library);
  const { createdAt, voltana, argv } = header;
  return { title: title ?? titleOf(sources), createdAt, voltana, argv, runs, comparisons, tunings, energyMaps, notes };
}
