import { FleetControl } from '../../../src/control/fleet-control.ts';
import type { Role } from '../../../src/domain/instance.ts';
import { clockTable } from '../../../src/emulation/instance.ts';
import type { Governor } from '../../../src/governing/governor.ts';
import { fittedPredictor } from '../../../src/prediction/fitted-predictor.ts';
import { tabledPredictor } from '../../../src/prediction/tabled/tabled-predictor.ts';
import type { RoutingPolicy } from '../../../src/routing/policy.ts';
import type { DecodeLoad } from '../../../src/telemetry/load.ts';
import { createRandom } from '../../../src/statistics/random.ts';
import { predictorOf } from '../../fixtures/world/loads.ts';
import { clocksMhz, gpu } from '../../fixtures/world/shipped.ts';
import { worldOf } from '../../fixtures/world/simulated-runs.ts';

const EACH = 32;
const SLO = { ttftMs: 800, itlMs: 50 };
/** About half of what the fleet can serve. */
const RATE_PER_S = 320;
const STEP_MS = 5;
const TICK_MS = 50;
const PREFILL_MS = 60;
const MEAN_OUTPUT_TOKENS = 220;

const { specs, fitted } = worldOf();
const decodes = predictorOf('d0');

/** 32 prefill and 32 decode instances; each has a predictor of its own, of one of the four shipped devices. */
export function bigFleet(governor: Governor, routing: RoutingPolicy): FleetControl {
  const instances = (['prefill', 'decode'] as const).flatMap((role: Role) => {
    const ofRole = specs.filter((spec) => spec.role === role);
    return Array.from({ length: EACH }, (_, i) => {
      const { id } = ofRole[i % ofRole.length]!;
      const predictor = fittedPredictor(
        fitted.instances.find(({ instance }) => instance === id)!,
        fitted,
      );
      return {
        id: `${role}-${i}`,
        role,
        gpuCount: 1,
        supportedMhz: clockTable(gpu),
        startMhz: gpu.clock.maxMhz,
        predictor: tabledPredictor(predictor, role, clocksMhz),
        kvCapacityTokens: 457_600,
      };
    });
  });
  return new FleetControl({
    instances,
    slo: SLO,
    governor,
    routing,
    minClockMhz: clocksMhz[0]!,
    maxTransitionsPerS: 2,
    dwellMs: 400,
  });
}

interface Running {
  readonly id: string;
  readonly decode: string;
  readonly prefilledMs: number;
  leftTokens: number;
}

interface Engine {
  readonly running: Set<Running>;
  nextMs: number;
}

/** Chat requests through a fleet whose engines are as simple as can be: what is timed is the deciding. */
export function drive(control: FleetControl, seconds: number): void {
  const random = createRandom(1);
  const exponential = (mean: number): number => -mean * Math.log(1 - random.next());
  const started: Running[] = [];
  const streaming = new Map<string, Engine>();
  let [arrivalMs, count] = [0, 0];
  const dispatch = (nowMs: number): void => {
    for (const { request, placement } of control.dispatch(nowMs)) {
      for (const domain of [placement.prefill, placement.decode]) evaluate(control, domain, nowMs);
      const leftTokens = 2 + Math.round(exponential(MEAN_OUTPUT_TOKENS));
      started.push({ id: request.id, decode: placement.decode, prefilledMs: nowMs + PREFILL_MS, leftTokens });
    }
  };
  for (let nowMs = 0; nowMs < 1000 * seconds; nowMs += STEP_MS) {
    while (arrivalMs <= nowMs) {
      const prompt = { id: `r${count++}`, arrivalMs, promptTokens: 10 + Math.round(exponential(120)) };
      control.arrive(prompt, nowMs);
      dispatch(nowMs);
      arrivalMs += exponential(1000 / RATE_PER_S);
    }
    while ((started[0]?.prefilledMs ?? Infinity) <= nowMs) begin(control, started.shift()!, streaming, nowMs);
    if (control.wakeMs <= nowMs) dispatch(nowMs);
    for (const [decode, engine] of streaming) step(control, decode, engine, nowMs);
    if (nowMs % TICK_MS < STEP_MS) for (const domain of control.domainIds) evaluate(control, domain, nowMs);
  }
}

function evaluate(control: FleetControl, domain: string, nowMs: number): void {
  const command = control.evaluate(domain, nowMs);
  if (command) control.control(domain).applied(command.clockMhz, nowMs);
}

function begin({ tracker }: FleetControl, running: Running, streaming: Map<string, Engine>, nowMs: number): void {
  tracker.prefillDone(running.id, nowMs);
  tracker.tokens(running.id, 1, nowMs);
  const engine = streaming.get(running.decode) ?? { running: new Set<Running>(), nextMs: nowMs };
  engine.running.add(running);
  streaming.set(running.decode, engine);
}

/** One iteration, as long as these devices need at the clock asked for. */
function step(control: FleetControl, decode: string, engine: Engine, nowMs: number): void {
  if (engine.running.size === 0 || engine.nextMs > nowMs) return;
  const load = control.tracker.load(decode, nowMs) as DecodeLoad;
  engine.nextMs = nowMs + decodes.predict({ batch: load.batch, tokens: load.kvTokens }, control.control(decode).askedMhz).latencyMs;
  control.tracker.stepped(decode);
  for (const one of engine.running) {
    if (--one.leftTokens > 0) continue;
    engine.running.delete(one);
    control.tracker.ended(one.id, 'completed', nowMs);
  }
}
