import { VoltanaError } from '../../domain/errors.ts';
import type { GpuCard, ModelCard } from '../../domain/cards.ts';
import type { DeviceVariant } from '../../domain/tuning.ts';
import { kvCapacityTokens } from '../../prediction/analytic/device.ts';
import { unevenParts } from '../../prediction/analytic/tensor-parallel.ts';
import { checkSplit } from '../estimating/checks.ts';
import type { Library } from '../library.ts';
import { checkRoom } from '../simulating/checks.ts';
import { byTheFit } from '../simulating/resolve.ts';
import { knownOf, numbersOf } from './lists.ts';
import type { TuneRequest } from './request.ts';

const DEFAULT_ENGINE = 'sglang-like';
const FORMATS = ['bf16', 'fp8'] as const;
type NumberFormat = (typeof FORMATS)[number];
const BYTES: Readonly<Record<NumberFormat, number>> = { bf16: 2, fp8: 1 };
const MOST_TP = 64;
/** An instance that holds its weights and next to nothing else serves nobody well. */
const REQUESTS_OF_ROOM = 16;

/** A device to choose, and over how many GPUs an instance of it may span. */
export interface AskedVariant {
  readonly variant: DeviceVariant;
  readonly tps: readonly number[];
}

const formatOf = (bytes: number): NumberFormat => (bytes <= BYTES.fp8 ? 'fp8' : 'bf16');
const formatsOf = (flag: string, text: string | undefined, own: NumberFormat): NumberFormat[] =>
  text === undefined ? [own] : knownOf(flag, text, 'number format', FORMATS);

/** FP8 checkpoints keep their lm_head and embedding in bf16. The shipped card of one where there is one. */
async function inWeights(model: ModelCard, weights: NumberFormat, library: Library): Promise<ModelCard> {
  if (formatOf(model.bytesPerWeight) === weights) return model;
  const base = model.id.replace(/-fp8$/, '');
  const id = weights === 'fp8' ? `${base}-fp8` : base;
  if ((await library.ids('models')).includes(id)) return library.model(id);
  return { ...model, id, bytesPerWeight: BYTES[weights], bytesPerHeadWeight: BYTES.bf16 };
}

/** @throws VoltanaError BAD_VALUE for FP8 weights on a GPU that cannot multiply them */
function checkFormat(gpu: GpuCard, weights: NumberFormat): void {
  if (weights === 'bf16' || gpu.fp8Tflops !== undefined) return;
  throw new VoltanaError('BAD_VALUE', `${gpu.id} has no FP8 tensor cores`, {
    hint: 'Leave fp8 out of --dtype, or choose a GPU that has them.',
  });
}

/** The fewest GPUs that a model divides over and that hold it. @throws VoltanaError DOES_NOT_FIT */
function fewestGpus(variant: DeviceVariant): number {
  const { gpu, model, engine } = variant;
  for (let tp = 1; tp <= MOST_TP; tp *= 2)
    if (unevenParts(model, tp).length === 0 && kvCapacityTokens(gpu, model, engine, tp) >= REQUESTS_OF_ROOM * engine.reservedDecodeTokens)
      return tp;
  throw new VoltanaError('DOES_NOT_FIT', `no instance of up to ${MOST_TP} x ${gpu.id} holds ${model.id}`, {
    hint: 'Choose a larger GPU or a smaller model.',
  });
}

function tpsOf(text: string | undefined, variant: DeviceVariant): number[] {
  if (text === undefined) return [fewestGpus(variant)];
  const { gpu, model, engine } = variant;
  const tps = numbersOf('tp', text, { type: 'integer', minimum: 1, maximum: MOST_TP });
  for (const tp of tps) {
    checkSplit(model, tp);
    // One width too few among others is refused by the search's arithmetic, and counted there.
    if (tps.length === 1) checkRoom(gpu, model, engine, tp);
  }
  return tps;
}

async function byTheCards(request: TuneRequest, library: Library): Promise<AskedVariant[]> {
  if (request.gpu === undefined || request.model === undefined)
    throw new VoltanaError('BAD_FLAG', 'a search needs devices', {
      hint: 'Give --gpu ID and --model ID, or --fitted FILE, or --cluster FILE.',
    });
  const [gpu, asked] = [await library.gpu(request.gpu), await library.model(request.model)];
  const engine = await library.engine(request.engine ?? DEFAULT_ENGINE);
  const variants: AskedVariant[] = [];
  for (const weights of formatsOf('dtype', request.dtype, formatOf(asked.bytesPerWeight))) {
    checkFormat(gpu, weights);
    const model = await inWeights(asked, weights, library);
    for (const kv of formatsOf('kv-dtype', request.kvDtype, formatOf(model.bytesPerKvElement))) {
      const sameKv = formatOf(model.bytesPerKvElement) === kv;
      const id = `${gpu.id}/${model.id}${sameKv ? '' : `+kv-${kv}`}`;
      const variant = { id, gpu, model: sameKv ? model : { ...model, bytesPerKvElement: BYTES[kv] }, engine, fitted: null, weights, kv };
      variants.push({ variant, tps: tpsOf(request.tp, variant) });
    }
  }
  return variants;
}

/** @throws VoltanaError BAD_VALUE for a fit of other hardware, or of another model, than was asked for */
function checkSame(file: string, what: 'gpu' | 'model', asked: string | undefined, fitted: string): void {
  if (asked === undefined || asked === fitted) return;
  throw new VoltanaError('BAD_VALUE', `${file} was measured with ${what} ${fitted}, and --${what} is ${asked}`, {
    hint: `Leave --${what} out, or give a fit of ${asked}: nobody knows how one is from the other.`,
  });
}

async function byOneFit(file: string, request: TuneRequest, library: Library): Promise<AskedVariant> {
  const { gpu, model, engine, tp, fitted } = await byTheFit(file, library);
  checkSame(file, 'gpu', request.gpu, gpu.id);
  checkSame(file, 'model', request.model, model.id);
  const tps = request.tp === undefined ? [tp] : numbersOf('tp', request.tp, { type: 'integer', minimum: 1, maximum: MOST_TP });
  if (!tps.includes(tp))
    throw new VoltanaError('BAD_VALUE', `${file} was measured with ${tp} GPUs per instance, and --tp is ${request.tp}`, {
      hint: `Leave --tp out, or give ${tp}: a fit holds for the width that it was measured at.`,
    });
  const [weights, kv] = [formatOf(model.bytesPerWeight), formatOf(model.bytesPerKvElement)];
  return { variant: { id: file, gpu, model, engine, fitted, weights, kv }, tps: [tp] };
}

async function byTheFits(files: readonly string[], request: TuneRequest, library: Library): Promise<AskedVariant[]> {
  const of = Object.entries({ dtype: request.dtype, 'kv-dtype': request.kvDtype, engine: request.engine }).find(
    ([, value]) => value !== undefined,
  );
  if (of)
    throw new VoltanaError('BAD_FLAG', `--${of[0]} is of cards, and a fit has what it was measured with`, {
      hint: `Leave --${of[0]} out; give several --fitted FILE to choose among them.`,
    });
  return Promise.all([...new Set(files)].map((file) => byOneFit(file, request, library)));
}

/** The devices to choose among. @throws VoltanaError of exit code 2 */
export const askedVariants = (request: TuneRequest, library: Library): Promise<AskedVariant[]> =>
  request.fitted === undefined || request.fitted.length === 0 ? byTheCards(request, library) : byTheFits(request.fitted, request, library);
