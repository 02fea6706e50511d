import type { BucketCounts } from './counts.ts';
import { METRICS, type MetricName } from './catalogue.ts';

/** Values in the order of the metric's labels. */
export type LabelValues = readonly string[];

const escapeLabel = (value: string): string => value.replace(/\\/g, '\\\\').replace(/\n/g, '\\n').replace(/"/g, '\\"');
const escapeHelp = (help: string): string => help.replace(/\\/g, '\\\\').replace(/\n/g, '\\n');

const labelText = (names: readonly string[], values: LabelValues, le?: string): string => {
  const pairs = names.map((name, i) => `${name}="${escapeLabel(values[i] ?? '')}"`);
  if (le !== undefined) pairs.push(`le="${le}"`);
  return pairs.length === 0 ? '' : `{${pairs.join(',')}}`;
};

const numberText = (value: number): string => (value === Infinity ? '+Inf' : value === -Infinity ? '-Inf' : String(value));

/**
 * The text format of Prometheus, version 0.0.4 (prometheus.io/docs/instrumenting/exposition_formats). Metrics come in
 * the order in which they were first added, each with its help and type.
 */
export class MetricsText {
  readonly #lines = new Map<MetricName, string[]>();

  /** A value that nobody knows is left out: absent is not zero. */
  add(name: MetricName, value: number | null, ...labels: LabelValues): void {
    if (value === null) return;
    this.#of(name).push(`${name}${labelText(METRICS[name].labels, labels)} ${numberText(value)}`);
  }

  histogram(name: MetricName, { bounds, counts, sum }: BucketCounts, ...labels: LabelValues): void {
    const lines = this.#of(name);
    const names = METRICS[name].labels;
    let upTo = 0;
    counts.forEach((count, i) => {
      upTo += count;
      lines.push(`${name}_bucket${labelText(names, labels, i < bounds.length ? numberText(bounds[i]!) : '+Inf')} ${upTo}`);
    });
    lines.push(`${name}_sum${labelText(names, labels)} ${numberText(sum)}`, `${name}_count${labelText(names, labels)} ${upTo}`);
  }

  toString(): string {
    let text = '';
    for (const [name, lines] of this.#lines) {
      const { type, help } = METRICS[name];
      text += `# HELP ${name} ${escapeHelp(help)}\n# TYPE ${name} ${type}\n${lines.join('\n')}\n`;
    }
    return text;
  }

  #of(name: MetricName): string[] {
    let lines = this.#lines.get(name);
    if (!lines) this.#lines.set(name, (lines = []));
    return lines;
  }
}
