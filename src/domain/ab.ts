/** Which of two configurations. */
export type ArmName = 'A' | 'B';

/** What one period of an A/B test showed, washout left out. */
export interface AbPeriod {
  readonly arm: ArmName;
  /** Which block of the randomised design it belongs to; each block holds both arms. */
  readonly block: number;
  /** s since the test began. */
  readonly startS: number;
  readonly endS: number;
  /** Over the period's own span, idle included; null without a meter. */
  readonly energyJ: number | null;
  /** Prompts whose first token came, and output tokens that came, within the period: what its joules were spent on. */
  readonly inputTokens: number;
  readonly outputTokens: number;
  readonly completed: number;
  /** Tokens of the requests that arrived within the period and completed, whenever: the work that was asked of it. Left out where it is as delivered. */
  readonly answered?: { readonly inputTokens: number; readonly outputTokens: number };
  /** All metrics of the period by the names of thresholds. */
  readonly metrics: Readonly<Record<string, number | null>>;
}

/** Fixed before the first request. */
export interface AbDesign {
  readonly blocks: number;
  readonly periodS: number;
  readonly washoutS: number;
  /** The order of all periods, block by block. */
  readonly order: readonly ArmName[];
  /** The smallest true change of energy per output token, in percent, that the test will find in 90 % of all cases; null before anything is known of the noise. */
  readonly detectablePct: number | null;
  /** One-sided: how often two equal arms would be called different in either direction. */
  readonly alpha: number;
  /** In words. */
  readonly stopRule: string;
}

/** An effect with its 95 % interval, in percent of A. */
export interface AbEffect {
  readonly metric: string;
  readonly changePct: number | null;
  readonly ci95: readonly [number, number] | null;
  readonly pValue: number | null;
  readonly significant: boolean | null;
}

export interface AbResult {
  readonly arms: Readonly<Record<ArmName, string>>;
  readonly design: AbDesign;
  /** The same configuration against itself on the same rig, before; null where it was left out on purpose. */
  readonly aa: { readonly passed: boolean; readonly effect: AbEffect; readonly periods: number } | null;
  readonly periods: readonly AbPeriod[];
  readonly effects: readonly AbEffect[];
}
