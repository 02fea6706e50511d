import { VoltanaError } from '../../../domain/errors.ts';
import type { AskedPort, Start, StartCommand } from '../start/start.ts';

export const openAiPorts = (): AskedPort[] => [{ name: 'port', usual: 8000 }];

const EXAMPLE = '[llama-server, -m, /models/model.gguf, --host, "{host}", --port, "{port}", --metrics]';

const refuse = (message: string, hint: string): VoltanaError => new VoltanaError('BAD_VALUE', message, { hint });

function assertStartable({ cluster: { engine }, instance }: Start, words: readonly string[]): void {
  if (instance.role !== 'aggregated')
    throw refuse(
      `instance "${instance.id}" has the role ${instance.role}, but engines of kind openai do both phases`,
      'Set the role of every instance to aggregated, or choose engine.kind sglang, vllm or trtllm.',
    );
  if (words.length === 0) throw refuse('engine.kind openai needs engine.command', `Name what starts it, such as ${EXAMPLE}.`);
  const fixed = (instance.port ?? 0) !== 0;
  if (!fixed && ![...words, ...(engine.args ?? [])].some((word) => word.includes('{port}')))
    throw refuse(`engine.command never says {port}, and instance "${instance.id}" has no port`, `Pass the port on, as in ${EXAMPLE}.`);
}

/** Nothing is known of how it is started but what the cluster file says. */
export function openAiCommand(start: Start): StartCommand {
  const program = start.cluster.engine.command ?? [];
  assertStartable(start, program);
  return { program, args: [], env: {}, files: [] };
}
