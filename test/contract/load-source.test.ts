import { realTime } from '../../src/adapters/host/real-time.ts';
import { createStreamLoad } from '../../src/adapters/load/stream/stream-load.ts';
import { loadSourceContract } from './load-source.ts';

const time = realTime();
loadSourceContract('stream', time, (url) => createStreamLoad({ url, model: 'm', time, api: 'openai-completions' }));
