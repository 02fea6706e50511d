/** Looks at a gateway that somebody else runs, perhaps of another version. What it answers may be anybody's: nothing is checked but that it is JSON. */
export interface GatewayClient {
  readonly url: string;
  /** @throws VoltanaError NO_GATEWAY when nobody answers, BAD_VALUE for what is no voltana gateway, NOT_PERMITTED without its key */
  snapshot(): Promise<unknown>;
  /** Null where a gateway has none to show. @throws VoltanaError as `snapshot` does */
  energyMaps(): Promise<unknown>;
  close(): Promise<void>;
}
