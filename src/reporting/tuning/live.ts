import type { LiveReport } from '../../domain/live-report.ts';
import type { AuditEntry } from '../../domain/live-tuning.ts';
import type { TuningView } from '../../domain/tuning-orders.ts';

const S_PER_MS = 1 / 1000;

/** One line of what live tuning did, and why. @param fromMs what its time counts from */
export const auditLine = ({ atMs, event, text }: AuditEntry, fromMs: number): string =>
  `${((atMs - fromMs) * S_PER_MS).toFixed(1).padStart(8)} s  ${event.padEnd(8)}  ${text}`;

const burnText = ({ burnRates }: Pick<TuningView, 'burnRates'>): string =>
  burnRates
    .map(
      ({ windowS, coversS, requests, rate }) =>
        `${windowS} s: ${rate === null ? '-' : rate.toFixed(2)} (${requests} requests of the last ${coversS} s)`,
    )
    .join(', ');

/** Most reasons begin with their stage. */
const withStage = (stage: string, reason: string): string => (reason.startsWith(stage) ? reason : `${stage}: ${reason}`);

/** How it stands, in a few lines. */
export function renderTuningView(view: TuningView): string {
  const { stage, reason, pid, killFiles, auditFile } = view;
  return [
    `live tuning: ${withStage(stage, reason)}`,
    ...(view.burnRates.length === 0 ? [] : [`burn rates: ${burnText(view)}`]),
    `kill it with: voltana tune --kill --url URL; touch ${killFiles[0] ?? 'FILE'}; or kill -USR2 ${pid} there`,
    ...(auditFile === null ? [] : [`audit log: ${auditFile}`]),
  ].join('\n');
}

const figure = (value: number | null, digits: number, unit: string): string => (value === null ? '-' : `${value.toFixed(digits)} ${unit}`);

/** What live tuning has come to, for people. */
export function renderLiveReport(report: LiveReport): string {
  const { stage, reason, savedPct, meanPowerW, joulesPerOutputToken, month, proof, auditFile } = report;
  const seen =
    savedPct === null
      ? 'not seen yet: governed and highest clock have not both served'
      : `${savedPct.toFixed(1)} % per token of the governed beside the highest clock: seen, not proven (routing does not share work alike)`;
  return [
    `ended in stage ${withStage(stage, reason)}`,
    `promise: ${(100 * report.sloTarget).toFixed(2)} % of requests; burn rates: ${burnText(report)}`,
    `power: ${figure(meanPowerW, 0, 'W')}; energy: ${figure(joulesPerOutputToken, 3, 'J per output token')}, all domains together`,
    `saving: ${seen}`,
    ...(month === null ? [] : month.texts.map((text) => `  ${text}`)),
    'prove it in turns on the same GPUs, against the highest clock and against the best fixed pair:',
    ...proof.map((command) => `  ${command}`),
    ...(auditFile === null ? [] : [`audit log: ${auditFile}`]),
  ].join('\n');
}
