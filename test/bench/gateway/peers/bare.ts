import { startScript } from '../processes.ts';
import type { Engines, Peer } from './peer.ts';

export const startBareRelay = async ({ decode }: Engines): Promise<Peer> => {
  const relay = startScript('peers/bare-relay.ts', decode.map(String));
  const { port } = await relay.line<{ port: number }>();
  return { name: 'bare', port, pids: [relay.pid], pairs: false, stop: () => relay.stop() };
};
