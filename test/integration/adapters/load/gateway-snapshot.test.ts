import { expect } from 'chai';
import { createGatewaySnapshot } from '../../../../src/adapters/load/gateway-snapshot.ts';
import { halfAnswer, StandIn, type Answer } from '../../../fixtures/engines/stand-in.ts';

describe('what a voltana gateway shows of itself', () => {
  const askedOf = async (answer: Answer | undefined, apiKey: string | null = null, base = '') => {
    const server = await StandIn.start(answer === undefined ? {} : { '/voltana/snapshot': answer });
    const gateway = createGatewaySnapshot({ url: server.url + base, apiKey, tls: {} });
    try {
      return { seen: await gateway.ask(), headers: server.headers };
    } finally {
      await gateway.close();
      await server.close();
    }
  };

  it('is its snapshot, asked with the key, whether the URL ends in /v1 or not', async () => {
    const { seen, headers } = await askedOf({ kind: 'snapshot', atMs: 5 }, 'sk-1', '/v1');
    expect(seen).to.deep.equal({ kind: 'snapshot', atMs: 5 });
    expect(headers[0]!.authorization).to.equal('Bearer sk-1');
  });

  for (const [what, answer] of [
    ['another server', undefined],
    ['another document', { kind: 'run' }],
    ['a page', '<html></html>'],
    ['null', 'null'],
    ['an error', 503],
    ['half an answer', halfAnswer],
  ] as const) {
    it(`is nothing for ${what}`, async () => {
      expect((await askedOf(answer)).seen).to.equal(null);
    });
  }

  it('is nothing where nobody listens', async () => {
    const gateway = createGatewaySnapshot({ url: 'http://127.0.0.1:9', apiKey: null, tls: {} });
    expect(await gateway.ask()).to.equal(null);
    await gateway.close();
  });
});
