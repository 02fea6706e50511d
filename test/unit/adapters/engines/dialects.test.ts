import { expect } from 'chai';
import { createDialect } from '../../../../src/adapters/engines/dialects.ts';
import type { EngineSettings } from '../../../../src/domain/cluster.ts';
import { VoltanaError } from '../../../../src/domain/errors.ts';
import { ask, decode, half, prefill } from './fixtures.ts';

describe('createDialect', () => {
  const orders: [EngineSettings, string, string][] = [
    [{ kind: 'sglang' }, 'sglang', 'together'],
    [{ kind: 'vllm' }, 'vllm', 'prefill-first'],
    [{ kind: 'trtllm' }, 'trtllm', 'prefill-first'],
    [{ kind: 'openai' }, 'openai', 'single'],
    [{ kind: 'emulated' }, 'sglang', 'together'],
    [{ kind: 'emulated', dialect: 'trtllm' }, 'trtllm', 'prefill-first'],
  ];
  for (const [engine, id, order] of orders) {
    it(`${JSON.stringify(engine)} -> ${id}, ${order}`, () => {
      const dialect = createDialect(engine, half);
      expect(dialect.id).to.equal(id);
      expect(dialect.plan(ask({ prompt: 'a' }), prefill, decode).order).to.equal(order);
    });
  }

  for (const engine of [
    { kind: 'sglang', protocol: 'mooncake' },
    { kind: 'vllm', protocol: 'context-first' },
    { kind: 'openai', protocol: 'nixl-pull' },
  ] as const) {
    it(`refuses ${engine.protocol} for ${engine.kind}`, () => {
      expect(() => createDialect(engine, half))
        .to.throw(VoltanaError, engine.protocol)
        .with.property('code', 'BAD_VALUE');
    });
  }
});
