import { RequestMetrics } from '../../src/telemetry/exposition/request-metrics.ts';
import { telemetryListenerContract } from './telemetry-listener.ts';

telemetryListenerContract('request metrics', () => {
  const listener = new RequestMetrics({ slo: { ttftMs: 100, itlMs: 10 } });
  const state = (): unknown => [
    [...listener.models],
    listener.tenants,
    [...listener.instances],
    [...listener.rejections],
    listener.ledger.books(),
  ];
  return { listener, state };
});
