import type { LiveMonth, LiveReport } from '../../domain/live-report.ts';
import type { AuditEntry } from '../../domain/live-tuning.ts';
import type { TuningPrices } from '../../domain/tuning.ts';
import type { TuningView } from '../../domain/tuning-orders.ts';
import { MS_PER_S } from '../../domain/units.ts';
import { monthlySaving, monthlyTexts } from '../../tuning/questions/savings.ts';

export interface LiveOutcome {
  readonly url: string;
  readonly view: TuningView;
  /** All that was heard: a gateway shows only the newest. */
  readonly audit: readonly AuditEntry[];
  /** What is served, where it is known. */
  readonly cluster: string | null;
  readonly governor: string;
  readonly prices: TuningPrices;
}

const PERCENT = 100;

/** Watts of all GPUs since it began; null without a meter, or before its second reading. */
function meanPowerOf({ work, atMs }: TuningView): number | null {
  if (!work || work.energyJ === null || atMs <= work.sinceMs) return null;
  return (work.energyJ * MS_PER_S) / (atMs - work.sinceMs);
}

/** What is drawn is taken to be what is left when the saving is made everywhere: exact at stage all, too little before. */
function monthOf(meanPowerW: number | null, savedPct: number | null, prices: TuningPrices): LiveMonth | null {
  if (meanPowerW === null || savedPct === null || savedPct >= PERCENT) return null;
  const saving = monthlySaving({ gpuW: (meanPowerW * savedPct) / (PERCENT - savedPct), gpus: 0 }, prices);
  const { kWh, cost, co2Kg } = saving;
  return { kWh, cost, co2Kg, currency: prices.currency, texts: monthlyTexts(saving, prices) };
}

/** Requests per second since it began; null before the first ended. */
const rateOf = ({ work, atMs }: TuningView): number | null =>
  !work || work.requests === 0 || atMs <= work.sinceMs ? null : (work.requests * MS_PER_S) / (atMs - work.sinceMs);

/** Against the highest clock, and against the best pair of fixed ones: only a test in turns on the same GPUs proves a saving. */
function proofOf({ view, cluster, governor }: LiveOutcome): string[] {
  const file = cluster ?? 'CLUSTER.yaml';
  const rate = Number((rateOf(view) ?? 4).toPrecision(3));
  const { ttftMs, itlMs } = view.slo;
  const promises = `--slo-ttft ${ttftMs} --slo-itl ${itlMs}`;
  return [
    `voltana bench --cluster ${file} --rate ${rate} ${promises} --ab max ${governor}`,
    `voltana tune --search --cluster ${file} --rate ${rate} ${promises} --slo-target ${view.sloTarget} --governors fixed`,
    `voltana bench --cluster ${file} --rate ${rate} ${promises} --ab governor=fixed,clocks=PREFILL:DECODE governor=${governor}`,
  ];
}

/** What live tuning has come to. */
export function liveReport(outcome: LiveOutcome): LiveReport {
  const { url, view, audit, prices } = outcome;
  const { stage, reason, sloTarget, burnRates, savedPct, work, auditFile } = view;
  const meanPowerW = meanPowerOf(view);
  return {
    schemaVersion: 1,
    kind: 'live-tuning-report',
    url,
    stage,
    reason,
    stages: audit
      .filter(({ event }) => event !== 'tunables' && event !== 'signal' && event !== 'fault')
      .map(({ atMs, text }) => ({ atMs, text })),
    sloTarget,
    burnRates,
    savedPct,
    meanPowerW,
    joulesPerOutputToken: work?.energyJ != null && work.outputTokens > 0 ? work.energyJ / work.outputTokens : null,
    // Of what is governed everywhere; anything less has seen too little to be told by the month.
    month: stage === 'all' ? monthOf(meanPowerW, savedPct, prices) : null,
    proof: proofOf(outcome),
    auditFile,
    audit,
  };
}
