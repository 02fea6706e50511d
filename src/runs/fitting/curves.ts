import { ROLES, type Role } from '../../domain/instance.ts';
import type { FittedDocument } from '../../domain/profile.ts';
import { checkedData } from '../../prediction/fit/checked.ts';
import { restsOf } from '../../prediction/fit/dvfs.ts';
import { phaseQuestion } from '../../prediction/fit/phase-dvfs.ts';
import { fittedPredictor } from '../../prediction/fitted-predictor.ts';
import type { LoadCurve, PhaseCurves } from '../../reporting/fit/curves.ts';
import type { FitResult } from './fit.ts';
import { staircaseOf } from './staircase.ts';

/** Where no measurement tells how long requests are. */
const TOKENS_EACH = 1024;

/** A light, a middle and the heaviest load of the DVFS table. */
const DRAWN = [1 / 4, 1 / 2, 1];

function loadsOf({ dvfs }: FittedDocument, phase: Role): readonly number[] {
  const loads = dvfs[phase].map(({ tokensPerS }) => tokensPerS);
  return loads.length === 0 ? [] : [...new Set(DRAWN.map((part) => loads[Math.floor(part * (loads.length - 1))]!))];
}

/** The very question that the DVFS table answers, so that the picture shows what the table says. */
function drawnLoads({ fitted, measured }: FitResult, phase: Role): { readonly tokensEach: number; readonly loads: readonly LoadCurve[] } {
  if (measured === null) return { tokensEach: TOKENS_EACH, loads: [] };
  const data = checkedData(measured).instances.filter((each) => each.phase === phase);
  const instances = fitted.instances.filter((each) => each.phase === phase);
  const question = phaseQuestion(data, instances, fitted);
  const rates = loadsOf(fitted, phase);
  const loads = restsOf(question, rates).map((rests, i) => {
    const tokensPerS = rates[i]!;
    const points = rests.map(({ clockMhz, latencyMs, powerW }) => ({ clockMhz, latencyMs, energyPerTokenJ: powerW / tokensPerS }));
    return { tokensPerS, points };
  });
  return { tokensEach: Math.round(question.tokensEach), loads };
}

function curvesOf(phase: Role, result: FitResult): PhaseCurves[] {
  const { fitted, measured } = result;
  const instances = fitted.instances.filter((each) => each.phase === phase);
  const [first] = instances;
  if (!first) return [];
  const { tokensEach, loads } = drawnLoads(result, phase);
  const own = (measured?.points ?? []).filter(({ valid, instance }) => valid && instance === first.instance);
  const staircase = phase === 'decode' ? staircaseOf(fittedPredictor(first, fitted), first, tokensEach, own) : null;
  const whose = instances.length === 1 ? first.instance : `mean of ${instances.length} instances`;
  return [{ phase, whose, tokensEach, loads, staircase }];
}

/** What a fit says, drawn out for its plots. Lookup tables tell no load, so that of them only the staircase is there. */
export const fitCurves = (result: FitResult): PhaseCurves[] => ROLES.flatMap((phase) => curvesOf(phase, result));
