import { appendStepSummary, underGithub } from '../adapters/host/step-summary.ts';
import type { Result } from '../reporting/run/findings.ts';
import { annotationsOf, warningOf } from '../reporting/run/github.ts';
import { markdownOf } from '../reporting/run/markdown.ts';

/**
 * Tells GitHub Actions of a result, where it runs us: the page for the job's summary, and an annotation for each finding that is no
 * pass. Does nothing elsewhere, and never throws.
 * @param say prints a line on stderr, which GitHub reads as well: stdout is the document's
 */
export async function tellCi(result: Result, say: (line: string) => void, env?: NodeJS.ProcessEnv): Promise<void> {
  if (!underGithub(env)) return;
  annotationsOf(result).forEach(say);
  const failed = await appendStepSummary(markdownOf(result), env);
  if (failed !== null) say(warningOf('Step summary', `It could not be written: ${failed}`));
}
