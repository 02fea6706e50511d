import { fileStore } from '../adapters/host/fs-store.ts';
import { realTime } from '../adapters/host/real-time.ts';
import { openAiKey } from '../adapters/host/variables.ts';
import { createGatewayClient } from '../adapters/load/gateway-client.ts';
import type { VoltanaError } from '../domain/errors.ts';
import type { GatewayClient } from '../ports/gateway-client.ts';
import type { Say } from '../runs/job-screen.ts';
import { plainWatchView, screenWatchView, type WatchView } from '../runs/watching/view.ts';
import { lookAt, watchGateway, type Look } from '../runs/watching/watch.ts';
import { keyIn, type Access } from './bench-access.ts';
import { screenPorts, type WantedScreen } from './screen.ts';
import { underSignals } from './signals.ts';

export type { Look };

/** How the address of a gateway is entered. */
export interface GatewayAddress {
  readonly url: string;
  readonly apiKeyFile: string | undefined;
  readonly caFile: string | undefined;
  readonly insecure: boolean | undefined;
}

/** Keys come from files and from the environment, never from a flag. @throws VoltanaError FILE_UNREADABLE, FILE_MALFORMED */
export async function gatewayAccess({
  url,
  apiKeyFile,
  caFile,
  insecure = false,
}: GatewayAddress): Promise<Access & { readonly url: string }> {
  const apiKey = apiKeyFile === undefined ? openAiKey() : await keyIn(apiKeyFile);
  const ca = caFile === undefined ? undefined : await fileStore().read(caFile);
  return { url, apiKey, tls: { ca, insecure } };
}

async function withClient<T>(address: GatewayAddress, act: (client: GatewayClient) => Promise<T>): Promise<T> {
  const client = createGatewayClient(await gatewayAccess(address));
  try {
    return await act(client);
  } finally {
    await client.close();
  }
}

/** One look. @throws VoltanaError NO_GATEWAY, BAD_VALUE, NOT_PERMITTED */
export const lookOnce = (address: GatewayAddress): Promise<Look> => withClient(address, lookAt);

export interface Watching {
  readonly title: string;
  readonly wanted: WantedScreen;
  readonly say: Say;
}

/** How a gateway is shown: on a terminal as a live screen if one is wanted, otherwise in lines. */
async function viewOf(client: GatewayClient, first: Look, { title, wanted, say }: Watching): Promise<WatchView> {
  const ports = await screenPorts(wanted, say);
  return ports ? screenWatchView(title, client.url, first.snapshot, ports, say) : plainWatchView(client.url, realTime(), say);
}

/** Shows a gateway until the first signal, or its time is up. @returns the last snapshot, and the signal that ended it @throws VoltanaError when nothing of the kind is there at first */
export const watch = (address: GatewayAddress, durationS: number | null, watching: Watching) =>
  underSignals('watch', (signal) =>
    withClient(address, async (client) => {
      let last = await lookAt(client);
      const view = await viewOf(client, last, watching);
      const listener = {
        ...view.listener,
        observed(look: Look) {
          last = look;
          view.listener.observed(look.snapshot);
        },
      };
      try {
        await watchGateway({ client, time: realTime() }, { signal, durationS }, listener);
      } finally {
        await view.close();
      }
      return { last, interrupted: signal.aborted ? (signal.reason as VoltanaError) : null };
    }),
  );

export interface LiveScreen {
  readonly say: Say;
  close(): Promise<void>;
}

/** The live screen of a gateway beside other work; null where there is none: nobody wants it, or nobody would see it. @throws as `lookOnce` does */
export async function liveScreen(address: GatewayAddress, { title, wanted, say }: Watching): Promise<LiveScreen | null> {
  const ports = await screenPorts(wanted, say);
  if (!ports) return null;
  const client = createGatewayClient(await gatewayAccess(address));
  const first = await lookAt(client).catch(async (error: unknown) => {
    await client.close();
    throw error;
  });
  const view = screenWatchView(title, client.url, first.snapshot, ports, say);
  const over = new AbortController();
  const listener = { ...view.listener, observed: ({ snapshot }: Look) => view.listener.observed(snapshot) };
  const watching = watchGateway({ client, time: realTime() }, { signal: over.signal, durationS: null }, listener);
  return {
    say: view.say,
    async close() {
      over.abort();
      await watching;
      await view.close();
      await client.close();
    },
  };
}
