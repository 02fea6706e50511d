import { VoltanaError } from '../../domain/errors.ts';
import type { RunRecord } from '../../domain/run-record.ts';
import type { Time } from '../../ports/time.ts';
import { bestPair } from './best-pair.ts';
import { breathing, type OnPhase } from './breathing.ts';
import { DecisionWatch } from './explain.ts';
import { policiesOf } from './fleet.ts';
import { hostileRepeats } from './hostile.ts';
import type { Contender, ExplainAt, SimulateOptions } from './options.ts';
import { paced, simulate, type Maker, type RunWishes, type Slices } from './simulate.ts';

const neverPlaced = (at: ExplainAt): VoltanaError =>
  'request' in at
    ? new VoltanaError('UNKNOWN_ID', `no request "${at.request}" was routed in this run`, {
        hint: 'Requests of a workload are r000001, r000002, ...; a number is a time in seconds.',
      })
    : new VoltanaError('BAD_VALUE', `no request was routed at ${at.fromMs / 1000} s or later`, { hint: 'Give a time within the run.' });

/** Governor `fixed-best` gets its pair here; every other contender is what it was. */
function* readyContender({ scenario, contender }: SimulateOptions, maker: Maker, say: OnPhase): Slices<Contender> {
  if (contender.governor !== 'fixed-best' || contender.fixedMhz) return contender;
  say('looking for the best static pair of this workload');
  const { fixedMhz, tried } = yield* bestPair(scenario, contender.routing, maker);
  say(`best of ${tried} pairs: prefill ${fixedMhz.prefill} MHz, decode ${fixedMhz.decode} MHz`);
  return { ...contender, fixedMhz };
}

/** All that was asked for: the run itself, with the decision to be explained, and the hostile worlds. @throws VoltanaError */
export function* runSimulation(options: SimulateOptions, maker: Maker, say: OnPhase): Slices<RunRecord> {
  const { scenario, hostile, explain, resize } = options;
  const contender = yield* readyContender(options, maker, say);
  let watch: DecisionWatch | null = null;
  const wishes: RunWishes = {
    ...(resize && { resize }),
    ...(explain && {
      policies: (instances) => (watch = new DecisionWatch(explain, policiesOf(contender, scenario.seed), instances)).watched,
      controlled: (control) => watch?.controlledBy(control),
    }),
  };
  const { prefill, decode, aggregated } = scenario.size;
  const fleet = aggregated > 0 ? `${aggregated} aggregated` : `${prefill} prefill + ${decode} decode`;
  say(`simulating ${fleet} under ${contender.governor} + ${contender.routing}`);
  const record = yield* simulate(scenario, contender, maker, wishes);
  const explanation = (watch as DecisionWatch | null)?.explanation(scenario) ?? null;
  if (explain && !explanation) throw neverPlaced(explain);
  if (hostile > 0) say(`the same in ${hostile} hostile worlds`);
  const repeats = yield* hostileRepeats(scenario, contender, hostile, maker, resize ? { resize } : {});
  return { ...record, repeats, ...(explanation && { explanation }) };
}

export interface SimulateSurroundings {
  readonly header: Maker['header'];
  readonly time: Time;
  readonly signal: AbortSignal;
  readonly say: OnPhase;
}

/** The same to its end, or until the signal is aborted. @throws VoltanaError, or what it was aborted with */
export function simulateAll(options: SimulateOptions, { header, time, signal, say }: SimulateSurroundings): Promise<RunRecord> {
  const maker = { header, nowMs: () => time.nowMs() };
  return paced(runSimulation(options, maker, say), breathing(time, signal, say));
}
