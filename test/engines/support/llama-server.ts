import { spawn, type ChildProcess } from 'node:child_process';
import { freePort } from '../../../src/adapters/host/ports.ts';
import { ended, until } from '../../fixtures/programs.ts';
import { llamaCluster, type LlamaFacts } from './clusters.ts';

const HOST = '127.0.0.1';

export const freePorts = async (count: number): Promise<number[]> => {
  const ports: number[] = [];
  for (let i = 0; i < count; i++) ports.push(await freePort(HOST));
  return ports;
};

/** What a llama.cpp server says of itself, past the gateway. */
export const llamaAt = (url: string) => ({
  url,
  isHealthy: () =>
    fetch(`${url}/health`).then(
      ({ status }) => status === 200,
      () => false,
    ),
  /** Requests that it works on. */
  async busy(): Promise<number> {
    const slots = (await (await fetch(`${url}/slots`)).json()) as { is_processing: boolean }[];
    return slots.filter(({ is_processing: processing }) => processing).length;
  },
  async complete(path: string, body: object): Promise<unknown> {
    const reply = await fetch(`${url}${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return reply.json();
  },
});
export type LlamaAt = ReturnType<typeof llamaAt>;

/** Looks now and then, as the answer needs a question over the network. */
export const eventually = async (what: string, holds: () => Promise<boolean>, limitMs = 20_000): Promise<void> => {
  const deadlineMs = performance.now() + limitMs;
  while (!(await holds())) {
    if (performance.now() > deadlineMs) throw new Error(`not within ${limitMs} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
};

/** A server that voltana has not started. */
export const startLlama = async (facts: LlamaFacts) => {
  const [port] = await freePorts(1);
  const { engine } = llamaCluster(facts, [port!]);
  const filled: Record<string, string> = {
    '{model}': facts.model,
    '{servedModel}': String(engine['servedModel']),
    '{host}': HOST,
    '{port}': String(port),
  };
  const [program, ...args] = engine.command.map((word) => filled[word] ?? word);
  const child: ChildProcess = spawn(program!, args, { stdio: 'ignore' });
  const gone = ended(child);
  const at = llamaAt(`http://${HOST}:${port}`);
  return {
    ...at,
    pid: child.pid!,
    up: () => eventually('a llama.cpp server is up', at.isHealthy, 120_000),
    async stop(): Promise<void> {
      child.kill('SIGKILL');
      await gone;
      await until('it is gone', () => child.exitCode !== null || child.signalCode !== null);
    },
  };
};
