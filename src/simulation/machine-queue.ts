/** Which of a fixed number of machines has the next event: a binary heap that knows where each of them is. */
export class MachineQueue {
  /** By machine. */
  readonly #atMs: Float64Array;
  /** Machines in the order of the heap, and where each of them is in it. */
  readonly #heap: Int32Array;
  readonly #place: Int32Array;

  constructor(machines: number) {
    this.#atMs = new Float64Array(machines).fill(Infinity);
    this.#heap = Int32Array.from({ length: machines }, (_, machine) => machine);
    this.#place = this.#heap.slice();
  }

  /** Of two with events at the same time, the one with the lower number. -1 where there are no machines. */
  get next(): number {
    return this.#heap[0] ?? -1;
  }

  get nextMs(): number {
    return this.#heap.length === 0 ? Infinity : this.#atMs[this.#heap[0]!]!;
  }

  /** The machine's next event is now at another time. */
  move(machine: number, atMs: number): void {
    const beforeMs = this.#atMs[machine]!;
    if (atMs === beforeMs) return;
    this.#atMs[machine] = atMs;
    if (atMs < beforeMs) this.#rise(machine);
    else this.#sink(machine);
  }

  #before(one: number, other: number): boolean {
    const oneMs = this.#atMs[one]!;
    const otherMs = this.#atMs[other]!;
    return oneMs < otherMs || (oneMs === otherMs && one < other);
  }

  #put(machine: number, at: number): void {
    this.#heap[at] = machine;
    this.#place[machine] = at;
  }

  #rise(machine: number): void {
    let at = this.#place[machine]!;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (!this.#before(machine, this.#heap[parent]!)) break;
      this.#put(this.#heap[parent]!, at);
      at = parent;
    }
    this.#put(machine, at);
  }

  #sink(machine: number): void {
    const heap = this.#heap;
    let at = this.#place[machine]!;
    for (let child = 2 * at + 1; child < heap.length; child = 2 * at + 1) {
      if (child + 1 < heap.length && this.#before(heap[child + 1]!, heap[child]!)) child++;
      if (!this.#before(heap[child]!, machine)) break;
      this.#put(heap[child]!, at);
      at = child;
    }
    this.#put(machine, at);
  }
}
