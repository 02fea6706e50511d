import type { GpuCard } from '../domain/cards.ts';
import type { Role } from '../domain/instance.ts';

/** An emulated cluster, as asked for on the command line. */
export interface ClusterAsk {
  readonly gpu: string;
  readonly model: string;
  readonly tp: number;
  readonly prefill: number;
  readonly decode: number;
  readonly ttftMs: number;
  readonly itlMs: number;
}

const FIRST_SEED = 101;

const nameOf = ({ gpu, model, prefill, decode }: ClusterAsk): string => `emulated-${prefill}p${decode}d-${gpu}-${model}`;

/** One line per instance; no GPU is in two of them. */
const instanceLines = ({ prefill, decode, tp }: ClusterAsk): string[] => {
  const roles = [...Array<Role>(prefill).fill('prefill'), ...Array<Role>(decode).fill('decode')];
  return roles.map((role, index) => {
    const id = role === 'prefill' ? `p${index}` : `d${index - prefill}`;
    const gpus = Array.from({ length: tp }, (_, gpu) => `gpu${index * tp + gpu}`).join(', ');
    return `  - { id: ${id}, role: ${role}, gpus: [${gpus}], seed: ${FIRST_SEED + index} }`;
  });
};

/** A cluster file that runs as it is: engines and GPUs are emulated. @param clock of its GPU's card, for the examples */
export const clusterTemplate = (
  ask: ClusterAsk,
  { minMhz, maxMhz }: GpuCard['clock'],
): string => `# A prefill/decode cluster. Everything is emulated: no GPU is needed or touched. What each key means: docs/schemas.
schemaVersion: 1
kind: cluster
name: ${nameOf(ask)}
gpu: ${ask.gpu}
model: ${ask.model}
# GPUs per instance.
tp: ${ask.tp}
# The promises: time to first token, and a request's mean gap between tokens.
slo:
  ttftMs: ${ask.ttftMs}
  itlMs: ${ask.itlMs}
engine:
  kind: emulated
  card: sglang-like
launcher:
  kind: local
# Ports are free ones unless given here (port, bootstrapPort, controlPort). The seed draws how a device differs from its card.
instances:
${instanceLines(ask).join('\n')}
gateway:
  host: 127.0.0.1
control:
  governor: slo
  routing: eco
  # The GPU's whole clock table unless bounded here.
  # minClockMhz: ${minMhz}
  # maxClockMhz: ${maxMhz}
  maxTransitionsPerS: 2
  leaseTtlMs: 5000
`;
