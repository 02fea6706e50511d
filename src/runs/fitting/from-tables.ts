import type { GpuCard } from '../../domain/cards.ts';
import { VoltanaError } from '../../domain/errors.ts';
import type { ProfilePoint, Provenance } from '../../domain/profile.ts';
import { cardIdleW } from '../../prediction/tables/card-idle.ts';
import type { Library } from '../library.ts';
import { checkClocks } from './cards.ts';
import { fitMeasured } from './from-profiles.ts';
import type { InputOf } from './inputs.ts';
import type { FitParts, FitRequest } from './request.ts';

function gpuOf({ gpu }: FitRequest, { format, file }: InputOf<'measured'>): string {
  const id = gpu ?? format.gpu;
  if (id === null) throw new VoltanaError('BAD_FLAG', `${file} does not say on which GPU it was measured`, { hint: 'Give --gpu ID.' });
  if (format.gpu !== null && id !== format.gpu) {
    throw new VoltanaError('BAD_VALUE', `${file} was measured on ${format.gpu}, not on ${id}`, { hint: 'Leave --gpu out.' });
  }
  return id;
}

/** Nobody measured it: what the card says, at the clocks that were. */
const cardIdle = (points: readonly ProfilePoint[], gpu: GpuCard) => {
  const places = new Map(points.map(({ instance, clockMhz }) => [`${instance} ${clockMhz}`, { instance, clockMhz }]));
  const idleW = cardIdleW(gpu);
  return [...places.values()].map((place) => ({ ...place, powerW: idleW(place.clockMhz) }));
};

const IDLE_NOTE = "the idle power is not in the table: it is the GPU card's";

function checkOneDeployment(
  tables: readonly { readonly file: string; readonly model: string; readonly tp: number }[],
  request: FitRequest,
): void {
  for (const { file, model, tp } of tables) {
    const wanted = { model: request.model ?? tables[0]!.model, tp: request.tp ?? tables[0]!.tp };
    if (model === wanted.model && tp === wanted.tp) continue;
    throw new VoltanaError('BAD_VALUE', `${file} is of ${model} with tp ${tp}, not of ${wanted.model} with tp ${wanted.tp}`, {
      hint: 'One fit is of one model and tp.',
    });
  }
}

/** Iterations that others measured: the same fit as of a profile. @throws VoltanaError of exit code 2 or 6 */
export async function fitFromMeasured(request: FitRequest, inputs: readonly InputOf<'measured'>[], library: Library): Promise<FitParts> {
  const gpu = await library.gpu(gpuOf(request, inputs[0]!));
  const tables = inputs.map((input) => ({ file: input.file, ...input.format.read(input.rows, input.name, gpu) }));
  checkOneDeployment(tables, request);
  for (const table of tables) checkClocks(table.points, gpu, (index) => `${table.file}: row ${index + 1}`);
  const [{ file, model, tp, engine }] = tables as [(typeof tables)[number]];
  const points = tables.flatMap((table) => table.points);
  const sources = [...new Set(tables.map(({ source }) => source))];
  const provenance: Provenance = {
    cluster: 'imported',
    gpu: gpu.id,
    model,
    tp,
    engine,
    fingerprint: `measured by others: ${sources.join('; ')}`,
  };
  const notes = [`measured by others: ${sources.join('; ')}`, IDLE_NOTE, ...tables.flatMap((table) => table.notes)];
  const measured = { points, idle: cardIdle(points, gpu), provenance, evidence: 'measured' } as const;
  return fitMeasured(measured, { notes, file, workload: request.workload }, library);
}
