/**
 * What one decision takes with 32 prefill and 32 decode instances, warm: npm run --silent bench:decisions -- [--json]
 * Only the policies are timed, with the loads and candidates in hand.
 */
import { parseArgs } from 'node:util';
import { createGovernor } from '../../src/governing/registry.ts';
import { createRouting, ROUTINGS, type RoutingId } from '../../src/routing/registry.ts';
import { bigFleet, drive } from './decisions/fleet.ts';
import { figureMaker, report, type Figure } from './figures.ts';

const { values } = parseArgs({ options: { json: { type: 'boolean', default: false }, seconds: { type: 'string', default: '30' } } });
const seconds = Math.max(5, Number(values.seconds) || 30);
const figure = figureMaker('npm run --silent bench:decisions -- --json');

/** Counts its calls' times; the first half warms up the engine and the tables. */
class Stopwatch {
  readonly #timesUs: number[] = [];

  timed<T>(work: () => T): T {
    const startedMs = performance.now();
    const result = work();
    this.#timesUs.push((performance.now() - startedMs) * 1000);
    return result;
  }

  figures(name: string, limit: string): Figure[] {
    const warm = this.#timesUs.slice(Math.floor(this.#timesUs.length / 2)).sort((a, b) => a - b);
    const at = (p: number): number => warm[Math.min(warm.length - 1, Math.floor(p * warm.length))]!;
    return [figure(`${name}_us_p50`, at(0.5), 'us', 'none', warm.length), figure(`${name}_us_p99`, at(0.99), 'us', limit, warm.length)];
  }
}

function timesOf(routingId: RoutingId, governorId: 'slo' | 'max'): { readonly routing: Stopwatch; readonly governor: Stopwatch } {
  const [routing, governor] = [new Stopwatch(), new Stopwatch()];
  const policy = createRouting(routingId);
  const chooser = createGovernor(governorId);
  const control = bigFleet(
    { id: governorId, decide: (question) => governor.timed(() => chooser.decide(question)) },
    { id: routingId, choose: (question) => routing.timed(() => policy.choose(question)) },
  );
  drive(control, seconds);
  return { routing, governor };
}

const ours = timesOf('eco', 'slo');
const figures = [...ours.routing.figures('eco_decision', '<= 20'), ...ours.governor.figures('slo_decision', '<= 20')];
for (const id of ROUTINGS) {
  if (id !== 'eco') figures.push(...timesOf(id, 'max').routing.figures(`${id.replaceAll('-', '_')}_decision`, 'none'));
}
report('Decisions: 32 prefill and 32 decode instances', figures, { json: values.json, mode: 'measured', seed: 1 });
