/** What a user may set once for all commands: file, environment or flag. What each means is in settings.schema.json. */
export interface Settings {
  readonly cluster: string;
  readonly workload: string;
  readonly rate: number;
  readonly requests: number;
  readonly seed: number;
  readonly governor: string | undefined;
  readonly routing: string | undefined;
  readonly baselineGovernor: string;
  readonly baselineRouting: string;
  /** `1005` or `1005:1200`. */
  readonly clocks: string | undefined;
  readonly sloTtftMs: number | undefined;
  readonly sloItlMs: number | undefined;
  readonly gatewayPort: number | undefined;
  readonly color: boolean;
  readonly tui: boolean;
  readonly logFormat: 'text' | 'json';
  readonly quiet: boolean;
  readonly verbose: boolean;
}
export type SettingKey = keyof Settings;
export type SettingValue = string | number | boolean;

/** The later wins over the earlier. */
export const SOURCES = ['default', 'file', 'environment', 'flag'] as const;
export type Source = (typeof SOURCES)[number];

/** Where a value came from. */
export interface Origin {
  readonly source: Source;
  /** The file's path, the variable or the flag; null for a default. */
  readonly name: string | null;
}

/** One setting as it holds; an undefined value is left to the command, which says what it does then. */
export interface Resolved<T> {
  readonly value: T;
  readonly origin: Origin;
}
export type ResolvedSettings = { readonly [K in SettingKey]: Resolved<Settings[K]> };
