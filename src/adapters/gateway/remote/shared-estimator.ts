import { createPromptEstimator, type PromptEstimator } from '../prompt-estimate.ts';
import type { Learned } from './wire.ts';

/** What one worker has learnt of prompts all learn: each tells the others what it saw, so that all guess as one process would. */
export interface SharedEstimator extends PromptEstimator {
  /** Seen by another worker. */
  hear(learned: Learned): void;
}

export const sharedEstimator = (tell: (learned: Learned) => void): SharedEstimator => {
  const own = createPromptEstimator();
  return {
    ...own,
    learn(...learned) {
      own.learn(...learned);
      tell(learned);
    },
    hear: (learned) => own.learn(...learned),
  };
};
