/** Now, for people and log files. Durations are measured with Time. */
export const timestamp = (): string => new Date().toISOString();
