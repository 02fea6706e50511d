import { serveGateway } from '../compose.ts';
import { runChild } from './child.ts';

await runChild((spec) => serveGateway(spec));
