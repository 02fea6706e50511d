import { VoltanaError } from '../../domain/errors.ts';
import type { FittedDocument } from '../../domain/profile.ts';
import type { Slo } from '../../domain/slo.ts';
import { MS_PER_S } from '../../domain/units.ts';
import type { Store } from '../../ports/store.ts';
import { checkSplit } from '../estimating/checks.ts';
import type { Library } from '../library.ts';
import { governorId, routingId } from '../serving/fleet.ts';
import { askedClocks, checkRoom, profiledMhz } from './checks.ts';
import type { ExplainAt, FleetSize, Scenario, SimulateOptions, SimulateRequest } from './options.ts';
import { resizeWishes } from './resize-wishes.ts';
import { loadOf } from './schedule.ts';

const DEFAULT_ENGINE = 'sglang-like';

type Devices = Pick<Scenario, 'gpu' | 'model' | 'engine' | 'tp' | 'fitted'>;

async function byTheCards({ gpu, model, engine = DEFAULT_ENGINE, tp = 1 }: SimulateRequest, library: Library): Promise<Devices> {
  if (gpu === undefined || model === undefined) {
    throw new VoltanaError('BAD_FLAG', 'a simulation needs devices', { hint: 'Give --gpu ID and --model ID, or --fitted FILE.' });
  }
  return { gpu: await library.gpu(gpu), model: await library.model(model), engine: await library.engine(engine), tp, fitted: null };
}

/** Each phase has been measured. @throws VoltanaError BAD_VALUE */
function checkPhases({ instances }: FittedDocument, file: string): void {
  for (const phase of ['prefill', 'decode'] as const) {
    if (instances.some((instance) => instance.phase === phase)) continue;
    throw new VoltanaError('BAD_VALUE', `${file} has no ${phase} instance: nobody knows how one behaves`, {
      hint: 'Profile both phases, and fit again.',
    });
  }
}

export async function byTheFit(file: string, library: Library): Promise<Devices> {
  const fitted = await library.fitted(file);
  checkPhases(fitted, file);
  if (fitted.cards) return { ...fitted.cards, tp: fitted.provenance.tp, fitted };
  throw new VoltanaError('BAD_VALUE', `${file} has no cards: it predicts, but does not say what would run`, {
    hint: 'Fit again with --gpu and --model, or simulate with those.',
  });
}

function sloOf({ sloTtftMs, sloItlMs }: SimulateRequest): Slo {
  if (sloTtftMs !== undefined && sloItlMs !== undefined) return { ttftMs: sloTtftMs, itlMs: sloItlMs };
  const missing = sloTtftMs === undefined ? '--slo-ttft MS' : '--slo-itl MS';
  throw new VoltanaError('BAD_FLAG', `a simulation needs promises: ${missing} is missing`, {
    hint: 'Give both, such as --slo-ttft 1000 --slo-itl 50.',
  });
}

/** Empty: a decision in the middle of what was asked for. @throws VoltanaError BAD_VALUE */
function explainAt(text: string | undefined, durationS: number | null): ExplainAt | null {
  if (text === undefined) return null;
  if (text === '') return { fromMs: ((durationS ?? 0) * MS_PER_S) / 2 };
  if (/^\d+(\.\d+)?s?$/.test(text)) return { fromMs: Number.parseFloat(text) * MS_PER_S };
  return { request: text };
}

const LAYOUT_HINT = 'Give --prefill N --decode N, or --aggregated N.';

/** Pairs, or instances that do both phases: as in a cluster file, not both. @throws VoltanaError BAD_FLAG */
function sizeOf({ prefill, decode, aggregated }: SimulateRequest): FleetSize {
  if (aggregated === undefined && prefill !== undefined && decode !== undefined) return { prefill, decode, aggregated: 0 };
  if (aggregated === undefined) throw new VoltanaError('BAD_FLAG', 'a simulation needs instances of both phases', { hint: LAYOUT_HINT });
  if (prefill === undefined && decode === undefined) return { prefill: 0, decode: 0, aggregated };
  throw new VoltanaError('BAD_FLAG', 'a fleet has prefill and decode instances, or aggregated ones', { hint: LAYOUT_HINT });
}

/** Looks everything up and checks it. @throws VoltanaError of exit code 2 */
export async function resolveSimulation(request: SimulateRequest, library: Library, store: Store): Promise<SimulateOptions> {
  const governor = governorId(request.governor ?? 'slo');
  const routing = routingId(request.routing ?? 'eco');
  const slo = sloOf(request);
  const devices = request.fitted === undefined ? await byTheCards(request, library) : await byTheFit(request.fitted, library);
  const { gpu, model, engine, tp } = devices;
  checkSplit(model, tp);
  checkRoom(gpu, model, engine, tp);
  const { clocksMhz, fixedMhz } = askedClocks(governor, request.clocks, gpu, profiledMhz(devices.fitted));
  const load = await loadOf(request, library, store);
  const size = sizeOf(request);
  return {
    scenario: { ...devices, ...load, size, slo, clocksMhz, seed: request.seed },
    contender: { governor, routing, fixedMhz },
    hostile: request.hostile,
    resize: resizeWishes(request, size),
    explain: explainAt(request.explain, load.durationS),
  };
}
