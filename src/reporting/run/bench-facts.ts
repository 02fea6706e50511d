import type { BenchEnergy, BenchFigures, BenchLoad, Stretch, WallEnergy } from '../../domain/bench.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { counted, number } from '../format.ts';
import { oneLine } from '../../domain/plain-text.ts';
import { grouped } from './sections.ts';

/** What is told in one line or a few under one label. */
export interface Fact {
  readonly label: string;
  readonly lines: readonly string[];
}

const arrivalsText = ({ arrivals, burstiness, ramp }: BenchLoad): string => {
  if (ramp !== null) return `${ramp.strategy} ramp from ${ramp.startRps} to ${ramp.endRps} requests/s`;
  if (arrivals === 'trace') return 'at the times of a trace';
  return `${arrivals ?? 'unknown'} arrivals${arrivals === 'gamma' && burstiness !== null ? ` of shape ${burstiness}` : ''}`;
};

const loopText = (load: BenchLoad): string =>
  load.loop === 'closed'
    ? `closed loop, ${counted(load.concurrency ?? 0, 'request')} at a time: each waits for another to end, so no queue can grow`
    : `open loop, ${arrivalsText(load)}; latencies count from the intended times`;

const loadFact = ({ load }: BenchFigures): Fact => ({
  label: 'load',
  lines: [loopText(load), `${load.api}, ${load.url === null ? 'served by voltana' : oneLine(load.url)}`],
});

const per = (value: number | null, digits: number, unit: string, what: string): string => `${number(value, digits, unit)} ${what}`;

const stretchText = ({ startS, endS, completed, outputTokensPerS, meanPowerW, joulesPerOutputToken }: Stretch): string =>
  [
    `${number(startS, 1)} to ${number(endS, 1, 's')}`,
    counted(completed, 'request'),
    `${number(outputTokensPerS, 1)} output tokens/s`,
    number(meanPowerW, 1, 'W'),
    per(joulesPerOutputToken, 4, 'J', 'per output token'),
  ].join(', ');

const steadyFact = ({ steadyState: { found, method, ramp, steady, drain } }: BenchFigures): Fact => {
  const parts = Object.entries({ ramp, steady, drain }).flatMap(([name, stretch]) =>
    stretch === null ? [] : [`${name}: ${stretchText(stretch)}`],
  );
  return { label: 'steady state', lines: [found ? `found by ${oneLine(method)}` : 'not found: validity says why', ...parts] };
};

const SETTLED = { true: 'latencies had settled', false: 'latencies had not settled', null: 'nobody looked whether latencies settled' };

const warmUpFact = ({ warmUp: { requests, seconds, settled } }: BenchFigures): Fact => ({
  label: 'warm-up',
  lines: [
    requests === 0 ? 'none' : `${counted(requests, 'request')} in ${number(seconds, 1, 's')}, in no other figure; ${SETTLED[`${settled}`]}`,
  ],
});

const streamFact = ({ stream: { chunks, tokensPerChunk, countedBy } }: BenchFigures): Fact => ({
  label: 'stream',
  lines: [
    `${grouped(chunks)} chunks of ${number(tokensPerChunk, 2)} tokens in the mean`,
    `tokens counted by the server's usage for ${grouped(countedBy.usage)} requests, by chunks for ${grouped(countedBy.chunks)}, one a chunk assumed for ${grouped(countedBy.assumed)}`,
  ],
});

const clientFact = ({ lateness, bench }: RunRecord): Fact => {
  const { eventLoopDelayMs: delay, cpuUsPerToken } = bench!.client;
  const own = [
    ...(delay === null ? [] : [`its own event loop delays by p99 ${number(delay.p99, 2, 'ms')}`]),
    ...(cpuUsPerToken === null ? [] : [`${number(cpuUsPerToken, 1, 'us')} of CPU per token`]),
  ];
  return {
    label: 'client',
    lines: [
      `sent late by p50 ${number(lateness.p50Ms, 2)}, p99 ${number(lateness.p99Ms, 2)}, at most ${number(lateness.maxMs, 2, 'ms')}; ${grouped(lateness.late)} too late`,
      ...(own.length === 0 ? [] : [own.join('; ')]),
    ],
  };
};

const resumedFact = ({ resumed }: BenchFigures): Fact[] =>
  resumed === 0 ? [] : [{ label: 'resumed', lines: [`${counted(resumed, 'time')}; each time the load began anew`] }];

const SCOPES = {
  gpu: 'GPUs only: host, fans and losses of the power supply are not in it',
  wall: 'at the wall: hosts and losses of the power supply are in it',
} as const;

/** Energy of a bench in every way that somebody compares it. */
export const benchEnergyFact = (energy: BenchEnergy): Fact => ({
  label: energy.scope === 'gpu' ? 'energy, GPUs only' : 'energy, wall',
  lines: [
    `${number(energy.grossJ, 1, 'J')} gross (prefill ${number(energy.prefillJ, 1, 'J')}, decode ${number(energy.decodeJ, 1, 'J')}); ${number(energy.aboveIdleJ, 1, 'J')} above idle (${number(energy.idlePowerW, 1, 'W')})`,
    `${per(energy.perOutputTokenJ, 4, 'J', 'per output token')}, ${per(energy.aboveIdlePerOutputTokenJ, 4, 'J', 'of it above idle')}`,
    `${per(energy.perTotalTokenJ, 4, 'J', 'per token')}, ${per(energy.perRequestJ, 2, 'J', 'per request')}`,
    `method: ${oneLine(energy.method)}, +- ${number(energy.uncertaintyPct, 1, '%')}; ${SCOPES[energy.scope]}`,
  ],
});

const shareText = (gpusJ: number | null, wallJ: number | null): string[] =>
  gpusJ === null || !wallJ ? [] : [`the GPUs' own meters saw ${number((gpusJ / wallJ) * 100, 1, '%')} of it`];

const WALL_METHODS = { counter: "the meter's counter", integrated: 'power, integrated' } as const;

const wallLines = (wall: WallEnergy, gpusJ: number | null): string[] => {
  if (wall.note !== null) return [`no figure: ${oneLine(wall.note)}`];
  return [
    `${number(wall.energyJ, 1, 'J')}, mean ${number(wall.meanPowerW, 1, 'W')}; ${per(wall.perOutputTokenJ, 4, 'J', 'per output token')}, ${per(wall.perTotalTokenJ, 4, 'J', 'per token')}, ${per(wall.perRequestJ, 2, 'J', 'per request')}`,
    [
      `method: ${WALL_METHODS[wall.method]}, +- ${number(wall.uncertaintyPct, 1, '%')} by its sampling, its own accuracy aside`,
      ...shareText(gpusJ, wall.energyJ),
    ].join('; '),
  ];
};

/** What a meter at the plug saw, where one was named. Joules of modelled GPUs are no part of real ones. */
export const wallFact = ({ bench, energyJ, evidence }: RunRecord): Fact[] =>
  bench?.wall === undefined
    ? []
    : [
        {
          label: 'energy, wall meter',
          lines: [...wallLines(bench.wall, evidence === 'measured' ? (energyJ?.total ?? null) : null), oneLine(bench.wall.source)],
        },
      ];

/** What a bench tells beside what every run does. */
export const benchFacts = (run: RunRecord): Fact[] => {
  const { bench } = run;
  if (!bench) return [];
  return [loadFact(bench), steadyFact(bench), warmUpFact(bench), streamFact(bench), clientFact(run), ...resumedFact(bench)];
};
