import type { BenchEnergy, BenchFigures, ClientFigures, SteadyState, Stretch as StretchFigures, WarmUp } from '../../domain/bench.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import { energyOf, MS_PER_S, powerOf } from '../../domain/units.ts';
import { energyJ } from '../../telemetry/energy.ts';
import type { Interval, MeterTrack } from '../../telemetry/meter-sample.ts';
import { runRecord, type RunFacts } from '../../telemetry/run-record.ts';
import { findSteadyState, type Bounds, type FoundSteadyState } from '../../telemetry/steady-state.ts';
import type { BenchPool } from './pool.ts';
import type { BenchOptions } from './request.ts';
import type { BenchSite } from './site.ts';
import type { WallWatch } from './wall-watch.ts';

/** All that a bench knows at its end. */
export interface BenchFacts extends Pick<RunFacts, 'header' | 'mode' | 'config' | 'transitions' | 'wallS'> {
  readonly options: BenchOptions;
  readonly site: BenchSite;
  readonly pool: BenchPool;
  /** Why it ended before its time; null where it did not. */
  readonly interrupted: string | null;
  readonly client: Pick<ClientFigures, 'eventLoopDelayMs' | 'cpuS'>;
  readonly warmUps: readonly WarmUp[];
  readonly invalidReasons: readonly string[];
  readonly repeats: RunRecord['repeats'];
  readonly resumed: number;
  /** How the work differed from what was asked; null where it did not. */
  readonly otherWork: string | null;
  readonly wall: WallWatch | null;
}

const US_PER_S = 1e6;
/** Sums are of what came before a time. */
const AFTER_MS = 0.001;

/** Whole seconds of a span. */
const secondsOf = ({ startMs, endMs }: Interval): number[] =>
  Array.from({ length: Math.ceil((endMs - startMs) / MS_PER_S) + 1 }, (_, i) => Math.min(startMs + i * MS_PER_S, endMs));

/** The stretch that is looked at: the first one, since between stretches load begins anew. */
function steadyOf(pool: BenchPool, tracks: readonly MeterTrack[]): FoundSteadyState | null {
  const span = pool.spans[0];
  if (span === undefined) return null;
  const edgesMs = secondsOf(span);
  const sums = { sent: edgesMs.map((ms) => pool.open.sent.before(ms)), ended: edgesMs.map((ms) => pool.open.ended.before(ms)) };
  const { tokens } = pool.tally.delivered;
  const upTo = edgesMs.map((ms) => tokens.before(ms));
  const lastSentMs = pool.spans.length === 1 ? pool.open.lastSentMs : span.endMs;
  return findSteadyState({
    outputTokens: upTo.slice(1).map((sum, i) => sum - upTo[i]!),
    inFlight: edgesMs.slice(1).map((_, i) => sums.sent[i + 1]! - sums.ended[i + 1]!),
    powerW: edgesMs.slice(1).map((endMs, i) => {
      const energy = energyJ(tracks, { startMs: edgesMs[i]!, endMs });
      return energy === null || endMs === edgesMs[i] ? null : powerOf(energy, endMs - edgesMs[i]!);
    }),
    sentUntilS: (lastSentMs - span.startMs) / MS_PER_S,
  });
}

function stretchOf(bounds: Bounds | null, pool: BenchPool, tracks: readonly MeterTrack[]): StretchFigures | null {
  if (bounds === null) return null;
  const zeroMs = pool.spans[0]!.startMs;
  const span = { startMs: zeroMs + bounds.startS * MS_PER_S, endMs: Math.min(zeroMs + bounds.endS * MS_PER_S, pool.spans[0]!.endMs) };
  const lastsMs = span.endMs - span.startMs;
  const { tokens, completed } = pool.tally.delivered;
  // What ended with the run itself belongs to it.
  const untilMs = bounds.endS * MS_PER_S + zeroMs >= pool.spans[0]!.endMs ? span.endMs + AFTER_MS : span.endMs;
  const outputTokens = Math.round(tokens.before(untilMs) - tokens.before(span.startMs));
  const energy = energyJ(tracks, span);
  return {
    startS: bounds.startS,
    endS: (span.endMs - zeroMs) / MS_PER_S,
    completed: Math.round(completed.before(untilMs) - completed.before(span.startMs)),
    outputTokens,
    outputTokensPerS: lastsMs > 0 ? (outputTokens * MS_PER_S) / lastsMs : null,
    energyJ: energy,
    meanPowerW: energy === null || lastsMs <= 0 ? null : powerOf(energy, lastsMs),
    joulesPerOutputToken: energy === null || outputTokens === 0 ? null : energy / outputTokens,
  };
}

const steadyFigures = (found: FoundSteadyState | null, pool: BenchPool, tracks: readonly MeterTrack[]): SteadyState => ({
  found: found?.found ?? false,
  method: found?.method ?? 'nothing was measured',
  ramp: stretchOf(found?.ramp ?? null, pool, tracks),
  steady: stretchOf(found?.steady ?? null, pool, tracks),
  drain: stretchOf(found?.drain ?? null, pool, tracks),
});

const per = (joules: number | null, count: number): number | null => (joules === null || count === 0 ? null : joules / count);

function energyFigures(run: RunRecord, scope: BenchEnergy['scope']): BenchEnergy | null {
  const { energyJ: energy, idlePowerW, measuredS, inputTokens, outputTokens } = run;
  if (energy === null) return null;
  const aboveIdleJ = idlePowerW === null ? null : energy.total - energyOf(idlePowerW, measuredS * MS_PER_S);
  return {
    scope,
    grossJ: energy.total,
    aboveIdleJ,
    idlePowerW,
    perOutputTokenJ: per(energy.total, outputTokens),
    perTotalTokenJ: per(energy.total, inputTokens + outputTokens),
    perRequestJ: per(energy.total, run.requests.completed),
    aboveIdlePerOutputTokenJ: per(aboveIdleJ, outputTokens),
    prefillJ: energy.prefill,
    decodeJ: energy.decode,
    method: energy.method,
    uncertaintyPct: energy.uncertaintyPct,
  };
}

/** Together: the first one's verdict counts for all, as later ones begin warmer. */
const warmUpOf = (warmUps: readonly WarmUp[]): WarmUp => ({
  requests: warmUps.reduce((sum, { requests }) => sum + requests, 0),
  seconds: warmUps.reduce((sum, { seconds }) => sum + seconds, 0),
  settled: warmUps.length === 0 ? null : warmUps.every(({ settled }) => settled === true),
});

function clientOf({ client, pool }: BenchFacts): ClientFigures {
  const { tokens } = pool.stream;
  return {
    lateness: pool.stream.lateness(),
    eventLoopDelayMs: client.eventLoopDelayMs,
    cpuS: client.cpuS,
    cpuUsPerToken: client.cpuS === null || tokens === 0 ? null : (client.cpuS * US_PER_S) / tokens,
  };
}

const noneCompleted = ({ pool }: BenchFacts): string[] =>
  pool.endMs !== null && pool.tally.delivered.completed.total === 0
    ? ['No request completed: nothing was measured that anybody could compare']
    : [];

/** A client that stands still for this long has measured itself. */
const STOOD_STILL_MS = 250;

const stoodStill = ({ client: { eventLoopDelayMs } }: BenchFacts): string[] =>
  eventLoopDelayMs === null || eventLoopDelayMs.max < STOOD_STILL_MS
    ? []
    : [`The client stood still for ${Math.round(eventLoopDelayMs.max)} ms, which is in the latencies of whatever came meanwhile`];

const unstableReasons = (facts: BenchFacts, found: FoundSteadyState | null): string[] => [
  ...(found && !found.found ? [`No steady state: ${found.reason}`] : []),
  ...stoodStill(facts),
  ...(facts.otherWork === null ? [] : [facts.otherWork]),
  ...(facts.resumed > 0 ? [`It was taken up again ${facts.resumed} times: each time the load began anew`] : []),
];

/** The document of a bench: of all its repeats, one after another. */
export function benchRecord(facts: BenchFacts): RunRecord {
  const { options, site, pool, interrupted, repeats } = facts;
  const tracks = pool.tally.tracks();
  const found = steadyOf(pool, tracks);
  const run = runRecord(
    {
      header: facts.header,
      mode: facts.mode,
      config: facts.config,
      ...(pool.endMs === null ? {} : { abandonedAtMs: pool.endMs }),
      meter: pool.meter,
      idlePowerW: pool.idlePowerW,
      transitions: facts.transitions,
      wallS: facts.wallS,
      invalidReasons: [...(interrupted === null ? [] : [interrupted]), ...noneCompleted(facts), ...facts.invalidReasons],
      unstableReasons: () => unstableReasons(facts, found),
      repeats: options.repeats > 1 ? repeats : [],
    },
    pool.tally,
  );
  const bench: BenchFigures = {
    load: { ...options.planned.load, api: options.api, url: site.shownUrl },
    client: clientOf(facts),
    stream: pool.stream.figures(),
    warmUp: warmUpOf(facts.warmUps),
    steadyState: steadyFigures(found, pool, tracks),
    energy: energyFigures(run, site.reader?.scope ?? 'gpu'),
    noMeter: site.noMeter,
    ...(facts.wall ? { wall: facts.wall.figures(run) } : {}),
    request: { ...options.request },
    resumed: facts.resumed,
  };
  return { ...run, bench };
}
