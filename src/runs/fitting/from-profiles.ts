import { VoltanaError } from '../../domain/errors.ts';
import type { DvfsRequests } from '../../domain/profile.ts';
import { fitProfile } from '../../prediction/fit/fit-profile.ts';
import type { WorkloadCard } from '../../workload/card.ts';
import type { Library } from '../library.ts';
import { cardsFor, checkClocks } from './cards.ts';
import type { InputOf } from './inputs.ts';
import { mergeProfiles, type Measured } from './merge.ts';
import type { FitParts, FitRequest } from './request.ts';

/** `--gpu`, `--model` and `--tp` say what a profile should be of. @throws VoltanaError BAD_VALUE */
function checkAsked({ gpu, model, tp }: FitRequest, { provenance }: Measured, file: string): void {
  const asked = { gpu, model, tp };
  for (const key of ['gpu', 'model', 'tp'] as const) {
    if (asked[key] === undefined || asked[key] === provenance[key]) continue;
    throw new VoltanaError('BAD_VALUE', `${file} was measured with ${key} ${provenance[key]}, not ${asked[key]}`, {
      hint: `Leave --${key} out: a profile says itself what it is of.`,
    });
  }
}

/** @throws VoltanaError BAD_VALUE, FILE_MALFORMED, MEASUREMENT_INVALID */
export async function fitFromProfiles(request: FitRequest, inputs: readonly InputOf<'profile'>[], library: Library): Promise<FitParts> {
  const measured = mergeProfiles(inputs);
  const [{ file }] = inputs as [InputOf<'profile'>];
  checkAsked(request, measured, file);
  return fitMeasured(measured, { notes: [], file, workload: request.workload }, library);
}

interface Subject {
  readonly notes: readonly string[];
  readonly file: string;
  readonly workload: string;
}

/** A workload's mean request. Met at a moment of its decoding, half of its answer is there. */
export const dvfsRequests = ({ id, meanPromptTokens, meanOutputTokens }: WorkloadCard): DvfsRequests => ({
  workload: id,
  promptTokens: meanPromptTokens,
  contextTokens: meanPromptTokens + meanOutputTokens / 2,
});

/** Points to a fit, with the cards of what they were measured on where there are any. */
export async function fitMeasured(measured: Measured, { notes, file, workload }: Subject, library: Library): Promise<FitParts> {
  const { gpu, cards, notes: aboutCards } = await cardsFor(measured.provenance, library);
  if (gpu) checkClocks(measured.points, gpu, (index) => `${file}: points[${index}]`);
  const fit = fitProfile(measured, cards, dvfsRequests(await library.workload(workload)));
  return { fit: { ...fit, warnings: [...notes, ...aboutCards, ...fit.warnings] }, evidence: measured.evidence, measured };
}
