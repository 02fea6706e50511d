import { expect } from 'chai';
import { serveInstance } from '../../../../../src/adapters/engines/emulated/process.ts';
import { realTime } from '../../../../../src/adapters/host/real-time.ts';
import { specOf } from '../../../../fixtures/engines/emulated-node.ts';

const noMachine = (): never => {
  throw new Error('a machine was made');
};

describe('emulated engine: what a process is told', () => {
  for (const [name, change, message] of [
    ['no such engine', { dialect: 'other' }, /needs "dialect": sglang, vllm, trtllm, openai$/],
    ['a protocol of another engine', { dialect: 'vllm', protocol: 'context-first' }, /knows the protocols nixl-pull, nixl-push, mooncake$/],
    ['a protocol where there is but one', { protocol: 'nixl-pull' }, /sglang engine knows no "protocol"$/],
    ['one phase for an OpenAI engine', { dialect: 'openai' }, /has the role aggregated$/],
    ['both phases for TensorRT-LLM', { dialect: 'trtllm', role: 'aggregated' }, /prefill or decode$/],
    ['a lease that is none', { dialect: 'vllm', kvLeaseMs: 0 }, /"kvLeaseMs"/],
    ['a side channel that is no port', { dialect: 'vllm', sidePort: 70_000 }, /"sidePort"/],
  ] as const) {
    it(`refuses ${name}`, async () => {
      const error = await serveInstance({ ...specOf('decode'), ...change }, noMachine, realTime()).catch((reason: unknown) => reason);
      expect(error).to.have.property('code', 'BAD_VALUE');
      expect((error as Error).message).to.match(message);
    });
  }
});
