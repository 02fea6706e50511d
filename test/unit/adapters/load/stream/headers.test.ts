import { expect } from 'chai';
import { headersFor } from '../../../../../src/adapters/load/stream/headers.ts';

const asRecord = (inTurn: readonly string[]): Record<string, string> =>
  Object.fromEntries(Array.from({ length: inTurn.length / 2 }, (_, i) => [inTurn[2 * i]!, inTurn[2 * i + 1]!]));

describe('headersFor', () => {
  it('sends the key as a bearer token and extra headers beside its own, each once', () => {
    const headers = headersFor('k1', { 'X-Tenant': 'a', Accept: '*/*' })('r1');
    expect(asRecord(headers)).to.deep.equal({
      'content-type': 'application/json',
      accept: '*/*',
      'accept-encoding': 'identity',
      authorization: 'Bearer k1',
      'x-tenant': 'a',
      'x-request-id': 'r1',
    });
    expect(new Set(headers.filter((_, i) => i % 2 === 0)).size).to.equal(headers.length / 2);
  });

  it('lets an authorization of its own stand in for the key', () => {
    expect(asRecord(headersFor('k1', { Authorization: 'Basic eDp5' })('r')).authorization).to.equal('Basic eDp5');
  });

  it('makes an id fit for a header', () => {
    expect(asRecord(headersFor(null, {})('ä b\r\nx: y'))['x-request-id']).to.equal('__b__x:_y');
  });

  it('refuses what HTTP cannot carry, and never shows a value', () => {
    for (const [key, extra] of [
      ['a\nb-secret', {}],
      [null, { 'x y': 'secret' }],
      [null, { '': 'secret' }],
      [null, { x: 'secret\r\n' }],
      [null, { 'Content-Length': '5' }],
      [null, { 'transfer-encoding': 'chunked' }],
    ] as const)
      expect(() => headersFor(key, extra))
        .to.throw()
        .with.property('message')
        .that.does.not.include('secret');
    expect(() => headersFor(null, { connection: 'close' }))
      .to.throw('set by the client itself')
      .with.property('code', 'BAD_VALUE');
  });
});
