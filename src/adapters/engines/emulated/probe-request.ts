/** The address that SGLang keeps for "no peer"; with room 0 nobody ever connects to it. */
const NO_PEER_HOST = '2.2.2.2';

/** The body of a request without a peer. The prompt is `promptTokens` one-letter words. */
export const probeBody = (promptTokens: number, maxTokens: number, stream: boolean): string =>
  JSON.stringify({
    prompt: 'a '.repeat(promptTokens),
    max_tokens: maxTokens,
    ignore_eos: true,
    stream,
    bootstrap_host: NO_PEER_HOST,
    bootstrap_port: null,
    bootstrap_room: 0,
  });
