import { expect } from 'chai';
import { createGatewaySnapshot } from '../../../../src/adapters/load/gateway-snapshot.ts';
import { halfAnswer, StandIn, type Answer } from '../../../fixtures/engines/stand-in.ts';

const INSTANCE = {
  id: 'd0',
  role: 'decode',
  domain: 'd0',
  askedMhz: 1005,
  appliedMhz: 1005,
  powerW: 300,
  energyJ: 12.5,
  meteredAtMs: 4,
};
const SNAPSHOT = {
  kind: 'snapshot',
  atMs: 5,
  governor: 'slo',
  routing: 'eco',
  slo: { ttftMs: 1000, itlMs: 50 },
  instances: [INSTANCE],
  transitions: 3,
  warnings: [],
};

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
    const { seen, headers } = await askedOf(SNAPSHOT, 'sk-1', '/v1');
    expect(seen).to.deep.equal(SNAPSHOT);
    expect(headers[0]!.authorization).to.equal('Bearer sk-1');
  });

  for (const [what, answer] of [
    ['another server', undefined],
    ['another document', { kind: 'run' }],
    ['a page', '<html></html>'],
    ['null', 'null'],
    ['an error', 503],
    ['half an answer', halfAnswer],
    ['one that says nothing more', { kind: 'snapshot' }],
    ['one whose instances are none', { ...SNAPSHOT, instances: [null] }],
    ['one of a role that there is none of', { ...SNAPSHOT, instances: [{ ...INSTANCE, role: 'zebra' }] }],
    ['one whose warnings are a number', { ...SNAPSHOT, warnings: 5 }],
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
