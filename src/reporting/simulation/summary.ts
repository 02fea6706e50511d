import type { RunRecord } from '../../domain/run-record.ts';
import { number, wrap } from '../format.ts';
import {
  clockLines,
  contenderOf,
  energyLines,
  failureLines,
  latencyLines,
  line,
  releasedLines,
  requestsText,
  shapeLines,
  titleOf,
  WIDTH,
  workLines,
  worldLines,
} from '../run/sections.ts';

const validityLines = ({ validity: { verdict, reasons } }: RunRecord): string[] =>
  verdict === 'valid' ? [] : [`verdict: ${verdict}`, ...reasons.flatMap((reason) => wrap(`- ${reason}`, WIDTH)), ''];

const EVIDENCE: Readonly<Record<RunRecord['evidence'], string>> = {
  measured: 'measured',
  validated: 'validated: models that were checked against measurements of this GPU',
  emulated: 'emulated: a fit of emulated devices',
  extrapolated: 'extrapolated: no measurement backs these cards, clocks or lengths',
};

/** A run for people: one screen of at most 100 columns, without an escape sequence. */
const render = (run: RunRecord, source: string, last: string): string =>
  [
    ...wrap(titleOf(run), WIDTH),
    ...wrap(contenderOf(run), WIDTH),
    '',
    line('requests', requestsText(run)),
    ...failureLines(run),
    ...workLines(run),
    '',
    ...latencyLines(run),
    '',
    ...energyLines(run),
    ...releasedLines(run),
    ...shapeLines(run),
    ...clockLines(run),
    ...worldLines(run),
    '',
    ...validityLines(run),
    `evidence: ${source}; ${last}`,
  ].join('\n');

export const renderSimulation = (run: RunRecord): string =>
  render(run, EVIDENCE[run.evidence], `simulated in ${number(run.wallS, 1, 's')}`);

/** What a gateway has served. */
export const renderServed = (run: RunRecord): string => {
  const source = run.mode === 'emulated' ? 'emulated: engines and GPUs are modelled, and so are their joules' : 'measured at the gateway';
  return render(run, source, `served for ${number(run.wallS, 1, 's')}`);
};
