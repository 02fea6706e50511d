import { expect } from 'chai';
import { tokensInOpenAiChunk } from '../../../../../src/adapters/engines/sglang/chunk-tokens.ts';

describe('tokens in a chunk', () => {
  const cases: [string, string, number | null][] = [
    ['completion text', '{"choices":[{"index":0,"text":" hi"}]}', 1],
    ['chat delta', '{"choices":[{"delta":{"content":"hi"}}]}', 1],
    ['reasoning delta', '{"choices":[{"delta":{"reasoning_content":"hm"}}]}', 1],
    ['role only', '{"choices":[{"delta":{"role":"assistant","content":""}}]}', 0],
    ['final chunk', '{"choices":[{"index":0,"text":"","finish_reason":"length"}]}', 0],
    ['usage chunk', '{"choices":[],"usage":{"prompt_tokens":3}}', 0],
    ['null choice', '{"choices":[null]}', 0],
    ['not JSON', '{"choices":[', 0],
    ['null', 'null', 0],
    ['end of stream', '[DONE]', null],
    ['end of stream, as clients read it too', ' [DONE] ', null],
  ];
  for (const [name, payload, expected] of cases)
    it(`${name} -> ${expected}`, () => expect(tokensInOpenAiChunk(payload)).to.equal(expected));
});
