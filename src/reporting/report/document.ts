import type { DocumentHeader } from '../../domain/run-record.ts';
import type { ReportModel } from './model.ts';

/** A report as a document. Each run stands in it once: comparisons name theirs. */
export const reportDocument = (model: ReportModel, header: DocumentHeader<'report'>) => {
  const { title, runs, comparisons, tunings, energyMaps, notes } = model;
  return {
    ...header,
    title,
    runs,
    comparisons: comparisons.map(({ energySavedPct, commonSpan, verdict, reasons, metrics, ab }, i) => ({
      baseline: runs[0]!.name,
      candidate: runs[i + 1]!.name,
      energySavedPct,
      commonSpan,
      verdict,
      reasons,
      metrics,
      ...(ab && { ab }),
    })),
    tunings,
    energyMaps,
    notes,
  };
};
