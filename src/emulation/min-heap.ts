/** Values by ascending key; equal keys come out in an order that depends on nothing but what was pushed and popped. */
export class MinHeap<T> {
  readonly #keys: number[] = [];
  readonly #values: T[] = [];

  get size(): number {
    return this.#keys.length;
  }

  /** Infinity when empty. */
  get topKey(): number {
    return this.#keys.length === 0 ? Infinity : this.#keys[0]!;
  }

  get top(): T | undefined {
    return this.#values[0];
  }

  push(key: number, value: T): void {
    const keys = this.#keys;
    const values = this.#values;
    let at = keys.length;
    keys.push(key);
    values.push(value);
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (keys[parent]! <= key) break;
      keys[at] = keys[parent]!;
      values[at] = values[parent]!;
      at = parent;
    }
    keys[at] = key;
    values[at] = value;
  }

  pop(): T | undefined {
    const keys = this.#keys;
    const values = this.#values;
    const top = values[0];
    const lastKey = keys.pop();
    const last = values.pop();
    if (keys.length > 0) this.#sink(lastKey!, last as T);
    return top;
  }

  /** Puts what was last into the root's place and lets it fall. */
  #sink(key: number, value: T): void {
    const keys = this.#keys;
    const values = this.#values;
    const size = keys.length;
    let at = 0;
    for (let child = 1; child < size; child = 2 * at + 1) {
      if (child + 1 < size && keys[child + 1]! < keys[child]!) child++;
      if (keys[child]! >= key) break;
      keys[at] = keys[child]!;
      values[at] = values[child]!;
      at = child;
    }
    keys[at] = key;
    values[at] = value;
  }
}
