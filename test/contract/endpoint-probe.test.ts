import { createEndpointProbe } from '../../src/adapters/load/probe/endpoint-probe.ts';
import { endpointProbeContract } from './endpoint-probe.ts';

endpointProbeContract('over HTTP', () => createEndpointProbe({ timeoutMs: 600, streamTimeoutMs: 900 }));
