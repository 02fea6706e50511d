import { parseVllmResult, type VllmResult } from '../../config/client-result.ts';
import { parseRunOrComparison } from '../../config/run-document.ts';
import type { ClientComparison } from '../../domain/client-comparison.ts';
import type { ExitCode } from '../../domain/exit-codes.ts';
import type { Comparison, RunRecord } from '../../domain/run-record.ts';
import type { RunArchive } from '../../ports/run-archive.ts';
import type { Store } from '../../ports/store.ts';
import { compareRuns } from '../../telemetry/compare.ts';
import type { HeaderFields } from '../../telemetry/document-header.ts';
import {
  clientResultOf,
  compareClientResults,
  metricsOfVllm,
  spreadOfVllm,
  type ClientResult,
} from '../../telemetry/judging/client-results.ts';
import { clientExitCode, comparisonExitCode } from '../../telemetry/judging/judge.ts';

export interface CompareRequest {
  /** A run's id, its folder, or a file. */
  readonly baseline: string;
  readonly candidate: string;
  /** What counts as a change, in percent; undefined is each metric's own. */
  readonly thresholdPct: number | undefined;
  readonly strict: boolean;
}

export interface Compared {
  readonly document: Comparison | ClientComparison;
  readonly exitCode: ExitCode;
}

interface Ports {
  readonly archive: Pick<RunArchive, 'read'>;
  readonly store: Pick<Store, 'read'>;
  readonly headerFor: (seed: number) => Omit<HeaderFields, 'evidence'>;
}

type Read = { readonly source: string } & ({ readonly run: RunRecord } | { readonly vllm: VllmResult });

const isFile = (source: string): boolean => /\.json$/i.test(source);

/** An archive knows runs only; files may be of another client. */
async function read(source: string, { archive, store }: Ports): Promise<Read> {
  const { text, path } = isFile(source) ? { text: await store.read(source), path: source } : await archive.read(source);
  const vllm = parseVllmResult(text, path);
  return vllm === null ? { source, run: parseRunOrComparison(text, path) } : { source, vllm };
}

/** @param source file, as it was named */
export const clientResultOfVllm = (source: string, { figures, ...facts }: VllmResult): ClientResult => ({
  source,
  client: 'vllm bench serve',
  ...facts,
  metrics: metricsOfVllm(figures),
  spread: spreadOfVllm(figures, facts.completed),
});

const clientResult = (read: Read): ClientResult =>
  'run' in read ? clientResultOf(read.source, read.run) : clientResultOfVllm(read.source, read.vllm);

/** Results of other clients have no seed. */
const NO_SEED = 0;

/**
 * Two runs, or results of `vllm bench serve` as far as their keys go.
 * @throws VoltanaError UNKNOWN_ID, FILE_UNREADABLE, FILE_MALFORMED, UNKNOWN_KEY for what is neither
 */
export async function compareResults(request: CompareRequest, ports: Ports): Promise<Compared> {
  const { thresholdPct, strict } = request;
  const baseline = await read(request.baseline, ports);
  const candidate = await read(request.candidate, ports);
  if ('run' in baseline && 'run' in candidate) {
    const document = compareRuns(baseline.run, candidate.run, ports.headerFor(candidate.run.seed), thresholdPct);
    return { document, exitCode: comparisonExitCode(document, strict) };
  }
  const document = compareClientResults(clientResult(baseline), clientResult(candidate), ports.headerFor(NO_SEED), thresholdPct);
  return { document, exitCode: clientExitCode(document, strict) };
}
