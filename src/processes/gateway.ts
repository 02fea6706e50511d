import { serveGateway } from '../compose/gateway.ts';
import { runChild } from './child.ts';

await runChild((spec) => serveGateway(spec));
