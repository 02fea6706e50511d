import type { FittedDocument, RecordedProfile } from '../domain/profile.ts';
import type { Comparison, RunRecord } from '../domain/run-record.ts';
import type { Tuning } from '../domain/tuning.ts';
import { renderComparison } from './comparison.ts';
import { renderFit } from './fit/summary.ts';
import { toJson } from './json.ts';
import { renderProfile } from './profile.ts';
import { renderBench } from './run/bench.ts';
import { renderJudged } from './run/compared.ts';
import { renderServed, renderSimulation } from './simulation/summary.ts';
import { renderTuning } from './tuning/summary.ts';

type Shown = RunRecord | Comparison | RecordedProfile | FittedDocument | Tuning | { readonly kind: 'other'; readonly value: unknown };

const renderRun = (run: RunRecord): string => {
  if (run.mode === 'simulated') return renderSimulation(run);
  return run.bench === undefined ? renderServed(run) : renderBench(run);
};

/** Any document as the command that made it would print it; JSON for what has no such text. @param file where it is */
export function renderDocument(document: Shown, file: string, options: { readonly color: boolean }): string {
  if (document.kind === 'run') return renderRun(document);
  if (document.kind === 'profile') return renderProfile(document, file);
  if (document.kind === 'fitted') return renderFit(document, [], file);
  if (document.kind === 'tuning') return renderTuning(document);
  if (document.kind === 'other') return toJson(document.value);
  return document.argv[0] === 'demo' ? renderComparison(document, options) : renderJudged(document, options);
}
