import { median } from 'simple-statistics';
import type { Role } from '../../domain/instance.ts';
import type { DvfsRow, FittedDocument, FittedInstance } from '../../domain/profile.ts';
import { fittedPredictor } from '../fitted-predictor.ts';
import type { Predictor } from '../predictor.ts';
import { dvfsTable, type DvfsQuestion } from './dvfs.ts';
import type { FitPoint, InstanceData } from './fit-point.ts';

/** From strict to easy, around the field's usual promises. */
const SLOS_MS = { prefill: [200, 400, 600, 800, 1000, 2000], decode: [20, 30, 40, 50, 75, 100] } as const;

const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;

/** Devices of one kind differ: a table of the phase is of their mean. */
function meanOf(predictors: readonly Predictor[]): Predictor {
  const range = [
    Math.max(...predictors.map(({ clockRangeMhz }) => clockRangeMhz[0])),
    Math.min(...predictors.map(({ clockRangeMhz }) => clockRangeMhz[1])),
  ] as const;
  return {
    clockRangeMhz: range,
    evidence: predictors[0]!.evidence,
    predict(load, clockMhz) {
      const all = predictors.map((predictor) => predictor.predict(load, clockMhz));
      return {
        latencyMs: mean(all.map(({ latencyMs }) => latencyMs)),
        powerW: mean(all.map(({ powerW }) => powerW)),
        idleW: mean(all.map(({ idleW }) => idleW)),
        errorPct: null,
        inRange: all.every(({ inRange }) => inRange),
      };
    },
  };
}

/** Every clock of the GPU within the range where its card is known, else those that were measured. */
function clocksOf(
  cards: FittedDocument['cards'],
  fitted: readonly FittedInstance[],
  [lowest, highest]: readonly [number, number],
): number[] {
  const measured = [...new Set(fitted.flatMap(({ levels }) => levels.map(({ clockMhz }) => clockMhz)))];
  const { minMhz, stepMhz } = cards?.gpu.clock ?? { minMhz: 0, stepMhz: Infinity };
  const steps = Number.isFinite(stepMhz) ? Math.floor((highest - minMhz) / stepMhz) + 1 : 0;
  const supported = Array.from({ length: steps }, (_, i) => minMhz + i * stepMhz);
  return [...new Set([...supported, ...measured])].filter((mhz) => mhz >= lowest && mhz <= highest).sort((a, b) => a - b);
}

/** Of each request: as the workload has them, as far as such were measured; those of the points where no workload was named. */
function tokensOfEach(points: readonly FitPoint[], phase: Role, requests: FittedDocument['dvfsRequests']): number {
  const measured = points.map(({ batch, tokens }) => tokens / batch);
  if (!requests) return median(measured);
  const asked = phase === 'decode' ? requests.contextTokens : requests.promptTokens;
  const [least, most] = [measured.reduce((a, b) => Math.min(a, b)), measured.reduce((a, b) => Math.max(a, b))];
  return Math.min(most, Math.max(least, asked));
}

/** What the table of a phase is asked of: all its instances together. @param data,fitted of one phase, in the same order; at least one */
export function phaseQuestion(
  data: readonly InstanceData[],
  fitted: readonly FittedInstance[],
  source: Pick<FittedDocument, 'cards' | 'provenance' | 'dvfsRequests'>,
): DvfsQuestion {
  const { phase } = fitted[0]!;
  const predictor = meanOf(fitted.map((one) => fittedPredictor(one, { ...source, evidence: 'measured' })));
  const clocksMhz = clocksOf(source.cards, fitted, predictor.clockRangeMhz);
  const tokensEach = tokensOfEach(
    data.flatMap((one) => one.points),
    phase,
    source.dvfsRequests,
  );
  const mostTokens = Math.min(...fitted.map(({ range }) => range.tokens[1]));
  const mostBatch = Math.min(
    mostTokens / tokensEach,
    phase === 'decode' ? Math.min(...fitted.map(({ range }) => range.batch[1])) : Infinity,
  );
  return { phase, predictor, clocksMhz, tokensEach, mostBatch, slosMs: SLOS_MS[phase] };
}

/** @param data,fitted of one phase, in the same order; at least one */
export function phaseDvfs(...[data, fitted, source]: Parameters<typeof phaseQuestion>): DvfsRow[] {
  const question = phaseQuestion(data, fitted, source);
  return question.clocksMhz.length === 0 ? [] : dvfsTable(question);
}
