import { startEndpoint } from './fixtures/benchmarking/streaming-endpoint.ts';
const { server } = await startEndpoint();
console.log(server.url);
