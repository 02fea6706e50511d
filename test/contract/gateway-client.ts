import { expect } from 'chai';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { GatewayClient } from '../../src/ports/gateway-client.ts';

export interface GatewayClientPlace {
  readonly client: GatewayClient;
  /** What it answers from now on. */
  answer(status: number, body: string): void;
  /** From now on it takes questions and says nothing. */
  hang(): void;
  /** From now on nobody listens there. */
  vanish(): Promise<void>;
}

/** What everybody must keep who looks at a gateway of somebody else. */
export const gatewayClientContract = (name: string, place: () => Promise<GatewayClientPlace>): void => {
  describe(`gateway client: ${name}`, () => {
    let at: GatewayClientPlace;
    beforeEach(async () => (at = await place()));
    afterEach(async () => {
      await at.client.close();
      await at.vanish();
    });
    const failure = async (act: () => Promise<unknown>): Promise<VoltanaError> => {
      const error = await act().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(VoltanaError);
      return error as VoltanaError;
    };

    it('tells what stands there, with whatever keys it has', async () => {
      at.answer(200, '{"kind":"snapshot","later":1}');
      expect(await at.client.snapshot()).to.deep.equal({ kind: 'snapshot', later: 1 });
      at.answer(200, '[{"role":"decode"}]');
      expect(await at.client.energyMaps()).to.deep.equal([{ role: 'decode' }]);
    });

    it('an older gateway has no energy maps', async () => {
      at.answer(404, '{"error":{"message":"there is no such path here"}}');
      expect(await at.client.energyMaps()).to.equal(null);
    });

    for (const [status, body, code, text] of [
      [401, '{"error":{"message":"an API key is needed"}}', 'NOT_PERMITTED', 'an API key is needed'],
      [403, 'no\u001b[31m', 'NOT_PERMITTED', 'wants a key'],
      [404, 'nothing here', 'BAD_VALUE', 'no voltana gateway'],
      [302, '', 'BAD_VALUE', 'no voltana gateway'],
      [200, '<html>', 'BAD_VALUE', 'no voltana gateway'],
      [200, 'null', 'BAD_VALUE', 'no voltana gateway'],
      [200, '{"kind":"live-tuning"}', 'BAD_VALUE', 'no voltana gateway'],
      [503, '{"error":{"message":"the control process does not answer"}}', 'NO_GATEWAY', 'control process'],
    ] as const)
      it(`answers ${status} ${JSON.stringify(body.slice(0, 30))} are ${code}`, async () => {
        at.answer(status, body);
        const error = await failure(() => at.client.snapshot());
        expect(error.code).to.equal(code);
        expect(error.message).to.include(text).and.to.include(at.client.url).and.not.include('\u001b');
        expect(error.hint).to.not.equal('');
      });

    it('nobody is there, or somebody who says nothing: says where it looked', async () => {
      at.hang();
      expect(await failure(() => at.client.snapshot())).to.include({ code: 'NO_GATEWAY' });
      await at.vanish();
      const error = await failure(() => at.client.snapshot());
      expect(error.code).to.equal('NO_GATEWAY');
      expect(error.message).to.include(at.client.url);
    });
  });
};
