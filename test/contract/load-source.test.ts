import { createClosedLoad } from '../../src/adapters/load/autocannon/closed-load.ts';
import { realTime } from '../../src/adapters/host/real-time.ts';
import { createStreamLoad } from '../../src/adapters/load/stream/stream-load.ts';
import { loadSourceApisContract } from './load-source-apis.ts';
import { loadSourceContract } from './load-source.ts';

const time = realTime();
loadSourceContract('stream', time, (url) => createStreamLoad({ url, model: 'm', time, api: 'openai-completions' }));
loadSourceContract(
  'autocannon',
  time,
  (url) => createClosedLoad({ url, model: 'm', time, api: 'openai-completions', concurrency: 3 }),
  true,
);
loadSourceApisContract('stream', (url, options) => createStreamLoad({ url, model: 'm', time, ...options }));
loadSourceApisContract('autocannon', (url, options) => createClosedLoad({ url, model: 'm', time, concurrency: 3, ...options }));
