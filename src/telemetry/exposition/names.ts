/** What further names are counted under: nobody may fill a metrics database by inventing names. */
const OTHER = 'other';

/** Lets so many different names through, the first that come. */
export class BoundedNames {
  readonly #most: number;
  readonly #known = new Set<string>();

  constructor(most: number) {
    this.#most = most;
  }

  bounded(name: string): string {
    if (this.#known.has(name)) return name;
    if (this.#known.size >= this.#most) return OTHER;
    this.#known.add(name);
    return name;
  }
}
