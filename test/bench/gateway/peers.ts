import type { Engines, Peer } from './peers/peer.ts';
import { startBareRelay } from './peers/bare.ts';
import { startNginx } from './peers/nginx.ts';
import { startSglangRouter, startVllmRouter } from './peers/rust-routers.ts';
import { startVoltana } from './peers/voltana.ts';

const STARTS: Readonly<Record<string, (engines: Engines) => Promise<Peer | null>>> = {
  voltana: startVoltana,
  bare: startBareRelay,
  nginx: startNginx,
  'sglang-router': startSglangRouter,
  'vllm-router': startVllmRouter,
};

/** Starts those that are there; says which are not. */
export const startPeers = async (engines: Engines, names: ReadonlySet<string> | null, say: (text: string) => void): Promise<Peer[]> => {
  const peers: Peer[] = [];
  for (const [name, start] of Object.entries(STARTS)) {
    if (names !== null && !names.has(name)) continue;
    try {
      const peer = await start(engines);
      if (peer === null) say(`no ${name} here: it is left out (see the head of test/bench/gateway.ts)`);
      else peers.push(peer);
    } catch (error) {
      if (name === 'voltana') throw error;
      say(`${name} does not start and is left out: ${(error as Error).message.slice(0, 500)}`);
    }
  }
  return peers;
};
