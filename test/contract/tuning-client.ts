import { expect } from 'chai';
import { VoltanaError } from '../../src/domain/errors.ts';
import type { TuningOrder } from '../../src/domain/tuning-orders.ts';
import type { TuningClient } from '../../src/ports/tuning-client.ts';

export interface TuningClientPlace {
  readonly client: TuningClient;
  /** Orders that came. */
  readonly heard: readonly TuningOrder[];
  /** What it answers from now on. */
  answer(status: number, body: string): void;
  /** From now on nobody listens there. */
  vanish(): Promise<void>;
}

/** What everybody must keep who talks to a gateway's live tuning. */
export const tuningClientContract = (name: string, place: () => Promise<TuningClientPlace>): void => {
  describe(`tuning client: ${name}`, () => {
    let at: TuningClientPlace;
    beforeEach(async () => (at = await place()));
    afterEach(async () => {
      await at.vanish();
      await at.client.close();
    });
    const failure = async (act: () => Promise<unknown>): Promise<VoltanaError> => {
      const error = await act().then(
        () => null,
        (thrown: unknown) => thrown,
      );
      expect(error).to.be.instanceOf(VoltanaError);
      return error as VoltanaError;
    };

    it('tells what stands there, and passes orders on', async () => {
      at.answer(200, '{"kind":"live-tuning","stage":"shadow"}');
      expect(await at.client.view()).to.include({ stage: 'shadow' });
      expect(await at.client.order({ action: 'kill', reason: 'why not' })).to.include({ stage: 'shadow' });
      expect(at.heard).to.deep.equal([{ action: 'kill', reason: 'why not' }]);
    });

    for (const [status, body, code, text] of [
      [400, '{"error":{"message":"live tuning is on already"}}', 'BAD_VALUE', 'on already'],
      [401, '{"error":{"message":"an API key is needed"}}', 'NOT_PERMITTED', 'an API key is needed'],
      [403, '{"error":{"message":"not from there"}}', 'NOT_PERMITTED', 'not from there'],
      [404, 'nothing here', 'BAD_VALUE', 'no voltana gateway'],
      [200, '<html>', 'BAD_VALUE', 'no voltana gateway'],
      [200, '{"kind":"snapshot"}', 'BAD_VALUE', 'no voltana gateway'],
      [503, '{"error":{"message":"draining"}}', 'ENGINE_FAILED', 'draining'],
    ] as const)
      it(`answers ${status} ${body.slice(0, 30)} are ${code}`, async () => {
        at.answer(status, body);
        const error = await failure(() => at.client.view());
        expect(error.code).to.equal(code);
        expect(error.message).to.include(text);
      });

    it('nobody is there: says where it looked', async () => {
      await at.vanish();
      const error = await failure(() => at.client.order({ action: 'stop' }));
      expect(error.code).to.equal('ENGINE_FAILED');
      expect(error.message).to.include(at.client.url);
    });
  });
};
