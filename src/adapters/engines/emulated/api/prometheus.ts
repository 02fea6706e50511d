/** A Prometheus histogram: counts by upper bound, and a sum. */
export class Histogram {
  readonly #bounds: readonly number[];
  readonly #counts: number[];
  #sum = 0;
  #count = 0;

  constructor(bounds: readonly number[]) {
    this.#bounds = bounds;
    this.#counts = Array<number>(bounds.length).fill(0);
  }

  observe(value: number): void {
    this.#sum += value;
    this.#count++;
    const at = this.#bounds.findIndex((bound) => value <= bound);
    if (at >= 0) this.#counts[at]!++;
  }

  lines(name: string, labels: string): readonly string[] {
    let below = 0;
    const buckets = this.#bounds.map((bound, at) => {
      below += this.#counts[at]!;
      return `${name}_bucket{${labels},le="${bound}"} ${below}`;
    });
    return [
      ...buckets,
      `${name}_bucket{${labels},le="+Inf"} ${this.#count}`,
      `${name}_sum{${labels}} ${this.#sum}`,
      `${name}_count{${labels}} ${this.#count}`,
    ];
  }
}

export interface MetricFamilies {
  readonly labels: Readonly<Record<string, string>>;
  readonly gauges: Readonly<Record<string, number>>;
  readonly counters: Readonly<Record<string, number>>;
  readonly histograms: Readonly<Record<string, Histogram>>;
}

const escaped = (value: string): string => value.replaceAll('\\', '\\\\').replaceAll('"', '\\"').replaceAll('\n', '\\n');

/** The text exposition format. Names carry their engine's prefix. */
export const expose = ({ labels, gauges, counters, histograms }: MetricFamilies): string => {
  const all = Object.entries(labels)
    .map(([name, value]) => `${name}="${escaped(value)}"`)
    .join(',');
  const plain =
    (type: string) =>
    ([name, value]: [string, number]) => [`# TYPE ${name} ${type}`, `${name}{${all}} ${value}`];
  const lines = [
    ...Object.entries(gauges).flatMap(plain('gauge')),
    ...Object.entries(counters).flatMap(plain('counter')),
    ...Object.entries(histograms).flatMap(([name, histogram]) => [`# TYPE ${name} histogram`, ...histogram.lines(name, all)]),
  ];
  return `${lines.join('\n')}\n`;
};
