import { createSglangDialect } from '../../src/adapters/engines/sglang/dialect.ts';
import { createRandom } from '../../src/statistics/random.ts';
import { engineDialectContract } from './engine-dialect.ts';

const event = (chunk: object): string => `data: ${JSON.stringify(chunk)}\n\n`;

engineDialectContract('sglang', () => ({
  dialect: createSglangDialect(createRandom(1).fork('rooms')),
  prefill: {
    id: 'p0',
    role: 'prefill',
    gpuCount: 1,
    endpoints: { url: 'http://10.0.0.1:30000', bootstrapHost: '10.0.0.1', bootstrapPort: 8998 },
  },
  decode: { id: 'd0', role: 'decode', gpuCount: 1, endpoints: { url: 'http://10.0.0.2:30001' } },
  ownKeys: ['bootstrap_host', 'bootstrap_port', 'bootstrap_room'],
  meetingPoint(leg) {
    const body = JSON.parse(leg.body) as Record<string, unknown>;
    return JSON.stringify([body['bootstrap_host'], body['bootstrap_port'], body['bootstrap_room']]);
  },
  // As its server writes them: a role first, one event per token, the reason for the end, usage, the end.
  wire: (pieces) =>
    [
      ': keep-alive\n\n',
      event({ choices: [{ index: 0, delta: { role: 'assistant', content: '' } }] }),
      ...pieces.map((text, i) => event({ choices: [{ index: 0, ...(i % 2 === 0 ? { text } : { delta: { content: text } }) }] })),
      event({ choices: [{ index: 0, text: '', finish_reason: 'length' }] }),
      event({ choices: [], usage: { prompt_tokens: 3, completion_tokens: pieces.length } }),
      'data: [DONE]\n\n',
    ].join(''),
}));
