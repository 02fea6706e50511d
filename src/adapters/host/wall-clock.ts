/** Now, for people and log files. Durations are measured with Time. */
export const timestamp = (): string => new Date().toISOString();

/** Milliseconds since 1970. */
export const wallMs = (): number => Date.now();
