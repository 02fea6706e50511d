import { createServer, type AddressInfo } from 'node:net';
import { once } from 'node:events';
import { expect } from 'chai';
import { Workers } from '../../../../../src/adapters/gateway/remote/workers.ts';
import { processArgs } from '../../../../../src/adapters/host/installation.ts';
import { originOf } from '../../../../../src/adapters/host/machine-time.ts';
import { realTime } from '../../../../../src/adapters/host/real-time.ts';
import type { GatewayWorkerSpec } from '../../../../../src/compose/gateway-worker.ts';
import type { GatewaySettings } from '../../../../../src/domain/cluster.ts';
import type { LaunchedInstance } from '../../../../../src/domain/instance.ts';
import { childrenThat } from '../../../../fixtures/children.ts';
import { recordingDispatcher } from '../../../../fixtures/engines/recording-dispatcher.ts';
import { recordingListener } from '../../../../fixtures/gateway/recording-listener.ts';
import { ourError } from '../../../../fixtures/rejected.ts';
import { cluster } from '../../../../fixtures/world/shipped.ts';

const instance = (id: string, role: 'prefill' | 'decode'): LaunchedInstance => ({
  id,
  role,
  gpuCount: 1,
  endpoints: { url: `http://${id}` },
});

const workersWith = (gateway: Partial<GatewaySettings>): Workers => {
  const time = realTime();
  const specOf = (number: number): GatewayWorkerSpec => ({
    cluster: { ...cluster, gateway: { host: '127.0.0.1', ...gateway } },
    seed: 1,
    rooms: `rooms ${number}`,
    number,
    originMs: originOf(time),
    control: { port: 1, key: '' },
    paths: [],
  });
  const dispatcher = recordingDispatcher(instance('p', 'prefill'), instance('d', 'decode'));
  const warn = (text: string): void => expect.fail(text);
  return new Workers({ count: 2, args: processArgs('gateway-worker'), specOf, dispatcher, listener: recordingListener(), time, warn });
};

describe('gateway workers that cannot serve', function () {
  this.timeout(60_000);
  const expectNoneLeft = (): void => void expect(childrenThat(/gateway-worker/), 'left').to.deep.equal([]);

  it('say why in their own words, and none is left', async () => {
    const error = await ourError(workersWith({ apiKeysFile: '/nowhere/keys' }).start());
    expect(error).to.have.property('code', 'FILE_UNREADABLE');
    expect(error.message).to.include('/nowhere/keys');
    expectNoneLeft();
  });

  it('a port that is taken is taken for all of them', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    const error = await ourError(workersWith({ port }).start());
    expect(error).to.have.property('code', 'PORT_TAKEN');
    expect(error.message).to.include(String(port));
    taken.close();
    expectNoneLeft();
  });
});
