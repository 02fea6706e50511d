import { createGatewayClient } from '../../src/adapters/load/gateway-client.ts';
import { scriptedGateway } from '../fixtures/gateway/scripted-gateway.ts';
import { gatewayClientContract } from './gateway-client.ts';

gatewayClientContract('over HTTP', async () => {
  const gateway = await scriptedGateway();
  // Only what hangs waits for this long.
  const client = createGatewayClient({ url: gateway.url, apiKey: 'secret-key', tls: {}, timeoutMs: 1000 });
  return { client, ...gateway };
});
