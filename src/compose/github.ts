import { addStepSummary, isGithubJob } from '../adapters/host/github.ts';
import { annotationsOf, warningOf } from '../reporting/run/github.ts';
import type { Result } from '../reporting/run/findings.ts';
import { markdownOf } from '../reporting/run/markdown.ts';

/** In a job of GitHub Actions: a page of the result, and annotations of what fails it. A page that cannot be written fails nothing. */
export async function tellGithub(result: Result, say: (line: string) => void): Promise<void> {
  if (!isGithubJob()) return;
  for (const annotation of annotationsOf(result)) say(annotation);
  const problem = await addStepSummary(markdownOf(result));
  if (problem !== null) say(warningOf('Step summary', `It could not be written: ${problem}`));
}
