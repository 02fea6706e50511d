import type { About } from '../../src/workload/build-card.ts';
import type { LognormalLengths } from '../../src/workload/lognormal-card.ts';

/** A workload that this repository ships: cut from a trace, or assumed around published means. */
export type KnownWorkload =
  | { readonly kind: 'trace'; readonly about: About; readonly arrivalsNote?: string }
  | { readonly kind: 'assumed'; readonly about: About; readonly prompt: LognormalLengths; readonly answer: LognormalLengths };

const AZURE = {
  source:
    'Azure/AzurePublicDataset, AzureLLMInferenceDataset2023; P. Patel et al., "Splitwise: Efficient generative LLM inference using phase splitting", ISCA 2024',
  licence: 'CC-BY-4.0',
};
const ASSUMED = 'everything else is assumed: lognormal lengths, answers independent of prompts';
const NO_DATA = 'not applicable: no data of the set is included';

export const KNOWN: readonly KnownWorkload[] = [
  { kind: 'trace', about: { id: 'azure-conv-2023', name: 'Azure LLM inference trace 2023, conversation', ...AZURE } },
  {
    kind: 'trace',
    about: { id: 'azure-code-2023', name: 'Azure LLM inference trace 2023, code completion', ...AZURE },
    arrivalsNote: 'On and off: dense stretches, and pauses of up to minutes.',
  },
  {
    kind: 'trace',
    about: {
      id: 'mooncake-conversation',
      name: 'Mooncake trace, conversation',
      source: 'kvcache-ai/Mooncake, conversation trace; R. Qin et al., "Mooncake: Trading more storage for less computation", FAST 2025',
      licence: 'Apache-2.0',
    },
    arrivalsNote: 'The published times are rounded to about 3 s, so arrivals come in bunches that the real service need not have seen.',
  },
  {
    kind: 'assumed',
    about: {
      id: 'sharegpt',
      name: 'ShareGPT conversations, assumed shape',
      source: `means of 161 prompt and 338 output tokens as published for ShareGPT by W. Kwon et al., SOSP 2023; ${ASSUMED}, with a log standard deviation of 1.3 (prompts) and 1.0 (answers)`,
      licence: NO_DATA,
    },
    prompt: { meanTokens: 161, sigma: 1.3 },
    answer: { meanTokens: 338, sigma: 1 },
  },
  {
    kind: 'assumed',
    about: {
      id: 'lmsys-chat',
      name: 'LMSYS-Chat-1M turns, assumed shape',
      source: `means of 69.5 prompt and 214.5 output tokens per turn as published for LMSYS-Chat-1M by L. Zheng et al., ICLR 2024; ${ASSUMED}, with a log standard deviation of 1.3 (prompts) and 1.0 (answers)`,
      licence: NO_DATA,
    },
    prompt: { meanTokens: 69.5, sigma: 1.3 },
    answer: { meanTokens: 214.5, sigma: 1 },
  },
];
