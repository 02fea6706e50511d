import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { createEndpointProbe } from '../../../../../src/adapters/load/probe/endpoint-probe.ts';
import type { BenchApi } from '../../../../../src/domain/bench.ts';
import { testAuthority } from '../../../../fixtures/agent/certificates.ts';
import { startEngine, type DialectName, type Node } from '../../../../fixtures/engines/emulated-node.ts';
import { sse, token } from '../../../../fixtures/engines/scripted-engine.ts';
import { silent, setUp, usageChunk } from '../../../../fixtures/gateway/harness.ts';
import { ourError } from '../../../../fixtures/rejected.ts';
import { startRawServer } from '../autocannon/raw-server.ts';

const probe = createEndpointProbe();
const { signal } = new AbortController();
const ask = (url: string, api: BenchApi, more: { model?: string; apiKey?: string } = {}) =>
  probe.probe({ url, api, model: more.model ?? null, apiKey: more.apiKey ?? null, signal });

describe('endpoint probe', () => {
  describe('of an emulated engine', () => {
    let node: Node;
    afterEach(() => node.close());
    const cases: readonly (readonly [DialectName, BenchApi])[] = [
      ['sglang', 'openai-completions'],
      ['sglang', 'openai-chat'],
      ['sglang', 'sglang-generate'],
      ['vllm', 'openai-completions'],
      ['vllm', 'openai-chat'],
      ['openai', 'openai-chat'],
    ];
    for (const [dialect, api] of cases) {
      it(`${dialect}: ${api} can be measured, and each word is a token`, async () => {
        node = await startEngine({ dialect, servedModel: 'served' });
        const facts = await ask(node.instance.endpoints.url, api);
        expect(facts).to.include({ model: 'served', outputTokens: 4, tokensPerWord: 1 });
        expect(facts.promptTokens).to.be.within(16, 40);
      });
    }

    it('says which API it has instead, and which model', async () => {
      node = await startEngine({ dialect: 'vllm', servedModel: 'served' });
      const { url } = node.instance.endpoints;
      expect((await ourError(ask(url, 'sglang-generate'))).message).to.match(/it speaks openai-completions and openai-chat$/);
      expect((await ourError(ask(url, 'openai-chat', { model: 'gpt' }))).message).to.match(/does not serve gpt; it serves served$/);
    });
  });

  it('of our gateway: what it serves, and what its engine counts', async () => {
    const setup = await setUp('single', [[silent, (response) => sse(response, `${token()}${usageChunk(20, 4)}data: [DONE]\n\n`)]]);
    try {
      const facts = await ask(setup.gateway.url, 'openai-completions');
      expect(facts).to.deep.equal({ model: 'm', promptTokens: 20, outputTokens: 4, tokensPerWord: 1, emulated: false });
      const { message } = await ourError(ask(setup.gateway.url, 'openai-completions', { model: 'gpt' }));
      expect(message).to.match(/does not serve gpt; it serves m$/);
    } finally {
      await setup.close();
    }
  });

  it('tells a certificate that is not trusted, and no key to whoever has it', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'voltana-probe-'));
    const { certFile, keyFile } = testAuthority(folder, 'ours').sign('server', 'IP:127.0.0.1');
    const server = await startRawServer(() => {}, { cert: readFileSync(certFile), key: readFileSync(keyFile) });
    try {
      const { code, message, hint } = await ourError(ask(server.url, 'openai-chat', { apiKey: 'secret' }));
      expect(code).to.equal('ENGINE_FAILED');
      expect(message).to.match(/its certificate is not trusted/);
      expect(hint).to.include('NODE_EXTRA_CA_CERTS');
      expect(server.requests).to.deep.equal([]);
    } finally {
      await server.close();
      rmSync(folder, { recursive: true });
    }
  });
});
