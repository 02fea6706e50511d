import type { Evaluation, FailingWorld, RobustnessCheck } from '../../domain/tuning.ts';
import { quantile } from '../../statistics/quantile.ts';
import { standingOf, type Standing } from '../search/standing.ts';
import type { Asking, EvaluationTask } from '../types.ts';
import { meanJoules } from './energies.ts';
import { askGroups, fidelitiesFor, seedFor, taskOf, upTo, type Inquiry } from './inquiry.ts';
import { savedPctOf } from './texts.ts';

/** Less and more than was asked for; what was asked for on fresh loads comes first. */
const LOADS = [1, 0.8, 1.2];
const WORST_TENTH = 0.1;

const nameOf = (load: number): string => (load === 1 ? 'fresh loads' : `${Math.round(100 * load)} % of the load`);

/** Runs of the recommended configuration and of the baseline under the same conditions, pair by pair. */
interface Pairs {
  readonly recommended: readonly Evaluation[];
  readonly baseline: readonly Evaluation[];
}

const jointOf = ({ joint }: Standing, { length }: readonly Evaluation[]): number | null => (length === 0 ? null : joint);

function checkOf(inquiry: Inquiry, { recommended, baseline }: Pairs): Omit<RobustnessCheck, 'name' | 'load' | 'hostileWorlds'> {
  const [ours, theirs] = [standingOf(recommended, inquiry), standingOf(baseline, inquiry)];
  return {
    joulesPerOutputToken: meanJoules(recommended),
    savedPct: savedPctOf(theirs.cost, ours.cost),
    joint: jointOf(ours, recommended),
    ...{ jointP10: null, savedP10Pct: null },
    keeps: ours.likely,
    lowerBound: recommended.length === 0 ? null : ours.lower,
  };
}

/** The worst tenth of what single worlds show; a world in which nothing can be said is left out. */
function worstTenth(inquiry: Inquiry, { recommended, baseline }: Pairs): Pick<RobustnessCheck, 'jointP10' | 'savedP10Pct'> {
  const worlds = recommended.map((one, i) => ({ ours: standingOf([one], inquiry), theirs: standingOf([baseline[i]!], inquiry) }));
  const saved = worlds.map(({ ours, theirs }) => savedPctOf(theirs.cost, ours.cost)).filter((pct) => pct !== null);
  return {
    jointP10: quantile(
      worlds.map(({ ours }) => ours.joint),
      WORST_TENTH,
    ),
    savedP10Pct: quantile(saved, WORST_TENTH),
  };
}

/** Where the target is not kept, worst first. */
const failingOf = (inquiry: Inquiry, { recommended }: Pairs): FailingWorld[] =>
  recommended
    .map((one) => ({ one, standing: standingOf([one], inquiry) }))
    .filter(({ standing }) => !standing.likely)
    .map(({ one, standing }) => ({ seed: one.fidelity.hostileWorld!, joint: standing.joint, surely: !standing.possible }))
    .sort((a, b) => a.joint - b.joint);

/** Each world has a load of its own, so that no luck of one load hides in all of them. */
const worldTasks = (inquiry: Inquiry): EvaluationTask[] =>
  upTo(inquiry.effort.worlds).map((i) =>
    taskOf(inquiry.recommended, {
      ...{ requests: inquiry.effort.worldRequests, load: 1 },
      ...{ seed: seedFor(inquiry, 'worlds', i), hostileWorld: seedFor(inquiry, 'worlds', i) },
    }),
  );

function* pairs(inquiry: Inquiry, stage: string, tasks: readonly EvaluationTask[], toCome: number): Asking<Pairs> {
  const theirs = tasks.map((task) => ({ ...task, choice: inquiry.baseline }));
  const [recommended, baseline] = yield* askGroups(stage, [tasks, theirs], toCome);
  return { recommended: recommended!, baseline: baseline! };
}

const BOTH = 2;

/** Simulated requests of `robustness`. */
export const robustnessRequests = ({ effort }: Pick<Inquiry, 'effort'>): number =>
  BOTH * (LOADS.length * effort.seeds * effort.requests + effort.worlds * effort.worldRequests);

/**
 * The recommended configuration under conditions that it was not chosen for, beside the baseline under the same: loads that nobody has
 * seen, less and more of it, and worlds that are not as the cards say. `keeps`: the target on all of the runs together, without a
 * margin for chance; the power budget, too. What is sure of it is `lowerBound`, and `failing` names the worlds in which it is not kept.
 */
export function* robustness(inquiry: Inquiry): Asking<RobustnessCheck[]> {
  const { worlds, worldRequests } = inquiry.effort;
  const loads = LOADS.map((load) => fidelitiesFor(inquiry, 'fresh', load).map((fidelity) => taskOf(inquiry.recommended, fidelity)));
  const checks: RobustnessCheck[] = [];
  let toCome = robustnessRequests(inquiry);
  for (const [i, tasks] of loads.entries()) {
    toCome -= BOTH * inquiry.effort.seeds * inquiry.effort.requests;
    const checked = checkOf(inquiry, yield* pairs(inquiry, `the pick under ${nameOf(LOADS[i]!)}`, tasks, toCome));
    checks.push({ name: nameOf(LOADS[i]!), load: LOADS[i]!, hostileWorlds: 0, ...checked });
  }
  if (worlds === 0 || worldRequests === 0) return checks;
  const hostile = yield* pairs(inquiry, 'the pick in hostile worlds', worldTasks(inquiry), 0);
  const told = { ...checkOf(inquiry, hostile), ...worstTenth(inquiry, hostile), failing: failingOf(inquiry, hostile) };
  return [...checks, { name: `${worlds} hostile worlds`, load: 1, hostileWorlds: worlds, ...told }];
}
