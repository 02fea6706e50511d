import { ROLES } from '../../domain/instance.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { residencyText } from '../clock-residency.ts';
import { counted, number, percent } from '../format.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { benchEnergyFact, benchFacts, wallFact, type Fact } from './bench-facts.ts';
import { contenderOf, grouped, latencyRow, requestsText, titleOf } from './sections.ts';

/** More reasons than these nobody reads. */
const REASONS_SHOWN = 10;

const requestsFact = (run: RunRecord): Fact => {
  const failures = run.failures ?? [];
  const rest = failures.length - REASONS_SHOWN;
  return {
    label: 'requests',
    lines: [
      requestsText(run),
      ...failures.slice(0, REASONS_SHOWN).map(({ reason, count }) => `${grouped(count)} x ${oneLine(reason)}`),
      ...(rest > 0 ? [`and ${rest} other reasons`] : []),
    ],
  };
};

const throughputFact = (run: RunRecord): Fact => ({
  label: 'throughput',
  lines: [
    `${number(run.goodputRps, 2)} requests/s within both promises, over ${number(run.measuredS, 1, 's')}`,
    `${number(run.inputTokensPerS, 1)} prompt and ${number(run.outputTokensPerS, 1)} output tokens/s`,
  ],
});

const plainEnergyFact = (run: RunRecord): Fact => ({
  label: 'energy, GPUs only',
  lines: [
    `${number(run.energyJ?.total ?? null, 1, 'J')} (${ROLES.map((role) => `${role} ${number(run.energyJ?.[role] ?? null, 1, 'J')}`).join(', ')}); mean ${number(run.meanPowerW, 1, 'W')}, idle ${number(run.idlePowerW, 1, 'W')}`,
    `${number(run.joulesPerOutputToken, 4, 'J')} per output token, ${number(run.joulesPerToken, 4, 'J')} per token, ${number(run.joulesPerRequest, 2, 'J')} per request`,
  ],
});

const energyFact = (run: RunRecord): Fact => {
  if (run.bench?.energy) return benchEnergyFact(run.bench.energy);
  if (run.energyJ !== null) return plainEnergyFact(run);
  return { label: 'energy', lines: [`not measured: ${oneLine(run.bench?.noMeter ?? '') || 'there was no power meter'}`] };
};

/** Of an endpoint that others run, nobody sees the clocks. */
const clocksFact = (run: RunRecord): Fact[] =>
  run.clocks.residency.length === 0
    ? []
    : [
        {
          label: 'clocks',
          lines: [
            counted(run.clocks.transitions, 'change'),
            ...ROLES.map((role) => `${role} mean ${number(run.clocks.meanMhz[role], 0, 'MHz')}: ${residencyText(run, role)}`),
          ],
        },
      ];

const rangeText = (values: readonly (number | null)[], text: (value: number) => string): string => {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? 'n/a' : `${text(Math.min(...known))} to ${text(Math.max(...known))}`;
};

const repeatsFact = ({ repeats, bench }: RunRecord): Fact[] =>
  repeats.length === 0
    ? []
    : [
        {
          label: bench ? 'repeats' : 'hostile worlds',
          lines: [
            `${repeats.length}: ${rangeText(
              repeats.map(({ joulesPerOutputToken }) => joulesPerOutputToken),
              (value) => number(value, 4, 'J'),
            )} per output token; both promises met ${rangeText(
              repeats.map(({ joint }) => joint),
              (value) => percent(value),
            )}`,
          ],
        },
      ];

/** A run in labelled lines, the same for the screen and for a page. */
export const runFacts = (run: RunRecord): Fact[] => {
  const [load, ...aboutClient] = benchFacts(run);
  return [
    ...(load ? [load] : []),
    requestsFact(run),
    throughputFact(run),
    energyFact(run),
    ...wallFact(run),
    ...aboutClient,
    ...clocksFact(run),
    ...repeatsFact(run),
  ];
};

/** TTFT, TPOT and the two kinds of gaps by names that nobody can confuse; under `HEADING`. */
export const latencyRows = (run: RunRecord): string[][] => {
  const { ttft, itl, joint } = run.sloAttainment;
  return [
    latencyRow('time to first token (TTFT), ms', run.ttftMs, percent(ttft)),
    latencyRow('mean gap of a request (TPOT), ms', run.tpotMs, percent(itl)),
    // The promise is of a request's mean gap: of single gaps it says how many were as short.
    latencyRow('gap between chunks (ITL), ms', run.itlMs, `${percent(run.itlTokenAttainment)} of gaps`),
    ...(run.bench ? [latencyRow('gap per token, ms', run.bench.stream.tokenGapMs, '')] : []),
    latencyRow('whole request (E2E), ms', run.e2eMs, `both ${percent(joint)}`),
  ];
};

/** What was run, and on what: two lines. */
export const titleLines = (run: RunRecord): string[] => {
  const { config, requests, bench } = run;
  if (bench?.load.url == null) return [titleOf(run), contenderOf(run)].map(oneLine);
  const rate = config.rate === null ? '' : ` at ${config.rate}/s`;
  const span = config.durationS === null ? '' : ` over ${number(config.durationS, 1, 's')}`;
  return [
    `${grouped(requests.offered)} requests of ${config.workload}${rate}${span}; ${config.model} at ${bench.load.url}`,
    `TTFT <= ${config.slo.ttftMs} ms, mean gap <= ${config.slo.itlMs} ms`,
  ].map(oneLine);
};
