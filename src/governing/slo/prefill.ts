import type { ClockDecision } from '../../domain/clock.ts';
import type { PrefillLoad } from '../../telemetry/load.ts';
import type { GoverningQuestion } from '../governor.ts';
import { chooseCheapest, type ClockOption } from './cheapest.ts';
import { decideIdle } from './idle.ts';
import type { SloTunables } from './tunables.ts';

const MS_PER_S = 1000;

interface Question extends GoverningQuestion {
  readonly load: PrefillLoad;
}

/** Whether every waiting prompt would be done by its deadline, first in first out, at this clock from now on. */
function meetsDeadlines({ load, predictor, slo, nowMs }: Question, tunables: SloTunables, clockMhz: number): boolean {
  const budgetMs = slo.ttftMs * tunables.ttftTarget - load.afterPrefillMs;
  let doneMs = nowMs;
  for (const prompt of load.waiting) {
    doneMs += predictor.predict({ batch: 1, tokens: prompt.promptTokens }, clockMhz).latencyMs;
    if (doneMs > prompt.arrivalMs + budgetMs) return false;
  }
  return true;
}

/** Mean power that the present stream of prompts would cost at a clock, idle time between them included (watts). */
function optionAt(question: Question, tunables: SloTunables, clockMhz: number): ClockOption {
  const { load, predictor } = question;
  const promptTokens = load.meanPromptTokens ?? load.waiting[0]?.promptTokens ?? 1;
  const { latencyMs, powerW, idleW } = predictor.predict({ batch: 1, tokens: promptTokens }, clockMhz);
  const utilisation = (load.requestRatePerS * latencyMs) / MS_PER_S;
  return {
    clockMhz,
    costW: utilisation * powerW + (1 - Math.min(1, utilisation)) * idleW,
    feasible: utilisation <= tunables.maxPrefillUtilisation && meetsDeadlines(question, tunables, clockMhz),
  };
}

/** The prefill half of the `slo` governor. */
export function decidePrefill(question: Question, tunables: SloTunables): ClockDecision {
  const { load, clocksMhz, currentMhz } = question;
  if (load.idleSinceMs !== null) return decideIdle(question, tunables);
  const options = clocksMhz.map((clockMhz) => optionAt(question, tunables, clockMhz));
  return chooseCheapest(options, currentMhz, tunables, 'least energy within TTFT');
}
