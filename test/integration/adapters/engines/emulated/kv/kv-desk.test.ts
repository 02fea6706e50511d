import { expect } from 'chai';
import { listen } from '../../../../../../src/adapters/engines/emulated/http.ts';
import { KvDesk } from '../../../../../../src/adapters/engines/emulated/kv/kv-desk.ts';
import { realTime } from '../../../../../../src/adapters/host/real-time.ts';
import { post } from '../../../../../fixtures/engines/asking.ts';

describe('emulated engine: the KV desk', () => {
  it('answers a peer whose KV is handed over within the very call that tells of its coming', async () => {
    const desk = new KvDesk({ time: realTime(), waitMs: 0, key: /^k$/ });
    const listener = await listen(desk.router, '127.0.0.1', 0);
    try {
      desk.offer('k', {
        promptTokens: 3,
        refusal: () => null,
        peerCame: () => desk.withdraw('k', 'the KV was fetched already'),
        peerGone: () => undefined,
      });
      desk.ready('k');
      const answer = await post(`${listener.url}/rooms/k`, {});
      expect([answer.status, await answer.json()]).to.deep.equal([200, { promptTokens: 3 }]);
      expect((await post(`${listener.url}/rooms/k`, {})).status).to.equal(404);
    } finally {
      await listener.close();
    }
  });
});
