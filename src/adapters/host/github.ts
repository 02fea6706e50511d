import { appendFile } from 'node:fs/promises';

/** Whether a job of GitHub Actions runs us. */
export const isGithubJob = (env: NodeJS.ProcessEnv = process.env): boolean => env['GITHUB_ACTIONS'] === 'true';

/** Adds to the page that a job shows; nothing where there is none. @returns why it could not */
export async function addStepSummary(markdown: string, env: NodeJS.ProcessEnv = process.env): Promise<string | null> {
  const file = env['GITHUB_STEP_SUMMARY'];
  if (!file) return null;
  return appendFile(file, `${markdown.trimEnd()}\n\n`).then(
    () => null,
    (error: Error) => error.message,
  );
}
