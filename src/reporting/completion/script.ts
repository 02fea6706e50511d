import { bashCompletion } from './bash.ts';
import { fishCompletion } from './fish.ts';
import { zshCompletion } from './zsh.ts';
import type { CompletionCommand, Shell } from './model.ts';

const SCRIPTS = { bash: bashCompletion, zsh: zshCompletion, fish: fishCompletion };

/** What a shell evaluates to complete the command line of voltana. */
export const completionScript = (shell: Shell, commands: readonly CompletionCommand[]): string => SCRIPTS[shell](commands);
