import { expect } from 'chai';
import type { Evaluation, TuningChoice } from '../../../../src/domain/tuning.ts';
import { Candidates } from '../../../../src/runs/tuning/view.ts';
import type { EvaluationTask } from '../../../../src/tuning/types.ts';

const choiceOf = (prefill: number): TuningChoice =>
  ({ prefill, decode: 1, aggregated: 0, tp: 1, governor: 'slo', routing: 'eco', fixedMhz: null, rest: 'awake' }) as TuningChoice;
const taskOf = (choice: TuningChoice, requests: number, over: Partial<EvaluationTask> = {}): EvaluationTask => ({
  choice,
  fidelity: { requests, seed: 1, load: 1, hostileWorld: null },
  slo: null,
  day: null,
  ...over,
});
const evaluationOf = (task: EvaluationTask, joulesPerOutputToken: number, met: number): Evaluation =>
  ({ ...task, joulesPerOutputToken, overloaded: false, kept: [{ met, of: 100 }] }) as unknown as Evaluation;
const add = (candidates: Candidates, task: EvaluationTask, joules: number, met: number): Evaluation => {
  const evaluation = evaluationOf(task, joules, met);
  candidates.add(task, evaluation);
  return evaluation;
};

describe('candidates of a search on the screen', () => {
  it('are on the front, beaten or the best, and a short run never replaces a longer one', () => {
    const candidates = new Candidates();
    const best = add(candidates, taskOf(choiceOf(1), 500), 0.5, 99);
    add(candidates, taskOf(choiceOf(1), 50), 0.1, 100);
    add(candidates, taskOf(choiceOf(2), 500), 0.6, 100);
    add(candidates, taskOf(choiceOf(3), 500), 0.7, 98);
    expect(candidates.drawn(best).map(({ standing, joulesPerToken }) => `${standing} ${joulesPerToken}`)).to.deep.equal([
      'best 0.5',
      'front 0.6',
      'beaten 0.7',
    ]);
  });

  it('other promises, days, loads and worlds are no points of this picture, nor is what cannot serve the load', () => {
    const candidates = new Candidates();
    const choice = choiceOf(1);
    add(candidates, taskOf(choice, 500, { slo: { ttftMs: 1, itlMs: 1 } }), 0.5, 99);
    add(candidates, taskOf(choice, 500, { day: { shares: [1], secondsPerShare: 1 } }), 0.5, 99);
    add(candidates, taskOf(choice, 500, { fidelity: { requests: 500, seed: 1, load: 2, hostileWorld: null } }), 0.5, 99);
    const task = taskOf(choice, 500);
    candidates.add(task, { ...evaluationOf(task, 0.5, 99), overloaded: true });
    expect(candidates.drawn(null)).to.deep.equal([]);
  });

  it('of more than 400 the oldest that are beaten go; the front stays', () => {
    const candidates = new Candidates();
    add(candidates, taskOf(choiceOf(1), 500), 0.1, 100);
    for (let i = 2; i <= 450; i++) add(candidates, taskOf(choiceOf(i), 500), 0.2 + i / 1000, 99);
    const drawn = candidates.drawn(null);
    expect(drawn).to.have.length(400);
    expect(drawn[0]).to.deep.include({ joulesPerToken: 0.1, standing: 'front' });
  });
});
