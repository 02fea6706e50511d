import { VoltanaError } from '../../../domain/errors.ts';
import { MS_PER_S } from '../../../domain/units.ts';
import type { BatchTier, TuningLoad } from '../ground.ts';
import { loadOf, type LoadPorts } from '../load.ts';
import type { TuneRequest } from '../request.ts';

const DEFAULT_TARGET = 0.99;

/** What was asked of a batch tier, but for what follows from it. */
export interface BatchAsked {
  readonly load: BatchTier['load'];
  readonly deadlineMs: number;
  /** Fraction of its requests that must end in time. */
  readonly target: number;
}

/** Ids of workloads hold neither a separator nor an ending. */
const isFile = (name: string): boolean => /[\\/]|\.\w+$/.test(name);

const badFlag = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_FLAG', message, { hint });

/** Which of them was given, and what it is worth. @throws VoltanaError BAD_FLAG for half a tier */
function given({ batchRate, batchDeadline, batchWorkload, batchTarget }: TuneRequest): { ratePerS: number; deadlineS: number } | null {
  const others = { 'batch-deadline': batchDeadline, 'batch-workload': batchWorkload, 'batch-target': batchTarget };
  const [other] = Object.entries(others).find(([, value]) => value !== undefined) ?? [];
  if (batchRate === undefined) {
    if (other === undefined) return null;
    throw badFlag(`--${other} is of a batch tier, and nobody says how large it is`, 'Give --batch-rate R in requests per second.');
  }
  if (!(batchRate > 0)) throw badFlag(`a batch tier of ${batchRate} requests per second is none`, 'Give a rate above 0, or leave it out.');
  if (batchDeadline === undefined)
    throw badFlag('a batch tier needs a deadline', 'Give --batch-deadline S: seconds from a request to the end of its answer.');
  return { ratePerS: batchRate, deadlineS: batchDeadline };
}

/** @throws VoltanaError of exit code 2 */
async function loadAsked(workload: string | undefined, rate: number, beside: TuningLoad, ports: LoadPorts): Promise<BatchTier['load']> {
  const own =
    workload === undefined
      ? beside
      : await loadOf(isFile(workload) ? { trace: workload, rate, seed: 0 } : { workload, rate, seed: 0 }, ports);
  if (own.kind === 'mixed') throw new VoltanaError('BUG', 'a tier has requests of one kind');
  return { ...own, ratePerS: rate };
}

/** The batch tier that was asked for; null where none was. @param beside the interactive load @throws VoltanaError of exit code 2 */
export async function batchLoad(request: TuneRequest, beside: TuningLoad, ports: LoadPorts): Promise<BatchAsked | null> {
  const asked = given(request);
  if (asked === null) return null;
  const load = await loadAsked(request.batchWorkload, asked.ratePerS, beside, ports);
  return { load, deadlineMs: asked.deadlineS * MS_PER_S, target: request.batchTarget ?? DEFAULT_TARGET };
}
