import { VoltanaError } from '../../domain/errors.ts';
import type { Evaluation } from '../../domain/tuning.ts';
import type { EvaluationTask } from '../../tuning/types.ts';

/** What an evaluation has found; what it was of stands in its task. */
export type Finding = Omit<Evaluation, 'choice' | 'fidelity'>;

/** One finished run of the simulator as a journal keeps it. */
interface EvaluationLine {
  /** Digest of the task's canonical text. */
  readonly k: string;
  readonly e: Finding;
}

export function encodeEvaluation(key: string, { choice: _choice, fidelity: _fidelity, ...found }: Evaluation): EvaluationLine {
  return { k: key, e: found };
}

/** The same evaluation again, of the task that it is known by. */
export const withTask = ({ choice, fidelity }: EvaluationTask, found: Finding): Evaluation => ({ choice, fidelity, ...found });

const NUMBERS = ['gpus', 'goodputRps', 'outputTokensPerS', 'gpuS', 'releasedGpuS', 'releasedEnergyJ', 'spanS'] as const;
const NUMBERS_OR_NULL = [
  'joulesPerOutputToken',
  'meanPowerW',
  'peakPowerW',
  'ttftAttainment',
  'itlAttainment',
  'ttftP99Ms',
  'tpotP99Ms',
] as const;

const isCount = (block: unknown): boolean => {
  const { met, of } = (block ?? {}) as Record<string, unknown>;
  return typeof met === 'number' && typeof of === 'number';
};

function isFinding(value: unknown): value is Finding {
  if (typeof value !== 'object' || value === null) return false;
  const fields = value as Readonly<Record<string, unknown>>;
  return (
    NUMBERS.every((key) => typeof fields[key] === 'number') &&
    NUMBERS_OR_NULL.every((key) => fields[key] === null || typeof fields[key] === 'number') &&
    Array.isArray(fields['kept']) &&
    fields['kept'].every(isCount) &&
    typeof fields['overloaded'] === 'boolean' &&
    typeof fields['evidence'] === 'string'
  );
}

const damaged = (what: string): VoltanaError => new VoltanaError('FILE_MALFORMED', `an entry of the journal cannot be used: ${what}`);

/**
 * What a journal knows, by the digests of its tasks.
 * @param skipped is told of an evaluation that is not as it should be: it counts as never done
 */
export async function readEvaluations(entries: AsyncIterable<object>, skipped: (error: Error) => void): Promise<Map<string, Finding>> {
  const known = new Map<string, Finding>();
  for await (const entry of entries) {
    const { k, e } = entry as Partial<Record<'k' | 'e', unknown>>;
    // Newer versions may write down more than evaluations.
    if (k === undefined) continue;
    if (typeof k !== 'string') skipped(damaged('"k" is no text'));
    else if (!isFinding(e)) skipped(damaged(`evaluation ${k.slice(0, 12)} is not whole`));
    else known.set(k, e);
  }
  return known;
}
