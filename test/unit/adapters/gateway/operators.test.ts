import type { IncomingMessage } from 'node:http';
import { expect } from 'chai';
import type { ApiError } from '../../../../src/adapters/gateway/api-error.ts';
import { checkOrder, OPERATOR } from '../../../../src/adapters/gateway/operators.ts';

const JSON_TYPE = { 'content-type': 'application/json; charset=utf-8' };
const order = (remoteAddress: string | undefined, headers: Record<string, string> = JSON_TYPE): IncomingMessage =>
  ({ socket: { remoteAddress }, headers }) as unknown as IncomingMessage;
const statusOf = (request: IncomingMessage, tenant: string): number => {
  try {
    checkOrder(request, tenant);
    return 200;
  } catch (error) {
    return (error as ApiError).status;
  }
};

describe('who may give orders to a gateway', () => {
  for (const address of ['127.0.0.1', '127.8.9.1', '::1', '::ffff:127.0.0.1'])
    it(`${address} is this machine`, () => expect(statusOf(order(address), 'default')).to.equal(200));

  for (const address of ['10.0.0.7', '::ffff:10.0.0.7', '1127.0.0.1', '::2', undefined])
    it(`${address} is not, and needs the operator's key`, () => {
      expect(statusOf(order(address), 'default')).to.equal(403);
      expect(statusOf(order(address), 'acme')).to.equal(403);
      expect(statusOf(order(address), OPERATOR)).to.equal(200);
    });

  for (const header of ['forwarded', 'x-forwarded-for', 'via'])
    it(`what a proxy here passes on (${header}) comes from elsewhere`, () => {
      expect(statusOf(order('127.0.0.1', { ...JSON_TYPE, [header]: 'somebody' }), 'default')).to.equal(403);
      expect(statusOf(order('127.0.0.1', { ...JSON_TYPE, [header]: 'somebody' }), OPERATOR)).to.equal(200);
    });

  it('no web page may, whoever it says it is', () => {
    expect(statusOf(order('127.0.0.1', { ...JSON_TYPE, origin: 'null' }), OPERATOR)).to.equal(403);
  });

  it('what is not said to be JSON is none', () => {
    for (const type of ['text/plain', 'application/jsonp', ''])
      expect(statusOf(order('::1', { 'content-type': type }), 'default')).to.equal(415);
  });
});
