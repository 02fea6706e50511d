import { poolGround } from '../adapters/host/pool-ground.ts';
import { answering } from '../adapters/host/task-reply.ts';
import { EvaluationCaches } from '../runs/tuning/caches.ts';
import { evaluate } from '../runs/tuning/evaluate.ts';
import type { TuningGround } from '../runs/tuning/ground.ts';
import type { EvaluationTask } from '../tuning/types.ts';

const ground = poolGround() as TuningGround | undefined;
if (ground === undefined) {
  process.stderr.write('This is a thread of a search: run voltana tune --search.\n');
  process.exit(2);
}
const caches = new EvaluationCaches();

export default answering((task: EvaluationTask) => evaluate(ground, task, caches));
