import type { DeviceEvent } from '../../../domain/device.ts';
import { VoltanaError } from '../../../domain/errors.ts';
import type { Devices, RestoreScope } from '../../../ports/devices.ts';
import { deviceError } from '../sysfs/failures.ts';
import { sysfsFiles, type SysfsFiles } from '../sysfs/files.ts';
import { knownIds } from '../sysfs/known-ids.ts';
import { lookAt } from '../sysfs/look.ts';
import { serially } from '../sysfs/serially.ts';
import { readBefore, writeBefore, type Before } from './before.ts';
import { findCards, isThere, type Card } from './cards.ts';
import { clocksOf } from './control.ts';
import { readPowerLimits } from './hwmon.ts';
import { infoOf, memoryClocksOf, usersOf } from './info.ts';
import type { Residency } from './metrics.ts';
import type { ClockRange } from './overdrive.ts';
import { lookAtCard, readingOf } from './reading.ts';
import { lockClock, lockMemoryClock, restoreCard, setPower } from './setting.ts';
import { LEVEL, readState, type CardState } from './state.ts';

export interface AmdgpuOptions {
  /** Where sys and proc are; '/' unless told. */
  readonly root?: string;
  readonly files?: SysfsFiles;
  /** The clock of readings, ms that never fall. */
  readonly nowMs?: () => number;
}

/** What this process remembers of a card. */
interface Memory {
  instinct: boolean;
  /** What it has shown while nothing held it: under somebody's lock it shows a narrower range. */
  range: ClockRange | null;
  /** That range is the one that an operator's own setting left, good only until ours is gone. */
  borrowed: boolean;
  residencies: readonly Residency[] | null;
  /** The level that our lock stands under, null without a lock. */
  lockLevel: string | null;
}

const rangeBefore = ({ control, overdrive }: CardState): ClockRange | null =>
  control.kind === 'overdrive' || control.kind === 'determinism'
    ? { leastMhz: control.leastMhz, mostMhz: control.mostMhz }
    : (overdrive?.sclk ?? null);

const noDriver = (): VoltanaError =>
  new VoltanaError('NO_DRIVER', 'no AMD GPU is served by the amdgpu kernel driver here (no such card in /sys/class/drm)', {
    hint: 'Load the driver (sudo modprobe amdgpu), mount the /sys of the host into this container, or run where the GPUs are.',
  });

const unsupported = (id: string, what: string): VoltanaError => new VoltanaError('NOT_SUPPORTED', `${id}: ${what}`);

/** Newer drivers show nothing of a card that sleeps, and reading does not wake it. */
const assertTold = ({ id, device }: Card, { level }: CardState): void => {
  if (level !== null) return;
  throw new VoltanaError('NOT_SUPPORTED', `${id} tells no performance level: it sleeps, or its power management is off`, {
    hint: `Wake it with some work, keep it awake (echo on | sudo tee /${device}/power/control), or start without amdgpu.dpm=0.`,
  });
};

const assertListed = (id: string, clockMhz: number, clocks: readonly number[], what: string): void => {
  if (clocks.length === 0) throw unsupported(id, `its driver locks no ${what}`);
  if (clocks.includes(clockMhz)) return;
  const [least, most] = [clocks[0]!, clocks.at(-1)!];
  throw new VoltanaError('CLOCK_OUTSIDE_CARD', `${id} has no ${what} of ${clockMhz} MHz: ${clocks.length} from ${least} to ${most} MHz`);
};

class AmdgpuCards {
  readonly #files: SysfsFiles;
  readonly #nowMs: () => number;
  readonly #known = knownIds();
  readonly #memories = new Map<string, Memory>();
  readonly inTurn = serially();
  #cards: Promise<readonly Card[]> | null = null;

  constructor({ root = '/', files = sysfsFiles(root), nowMs = () => performance.now() }: AmdgpuOptions) {
    this.#files = files;
    this.#nowMs = nowMs;
  }

  async #scan(): Promise<readonly Card[]> {
    const looking = findCards(this.#files).catch((error: unknown) => {
      // Whoever comes next looks anew.
      if (this.#cards === looking) this.#cards = null;
      throw deviceError(error, 'AMD GPUs', '/sys/class/drm');
    });
    const cards = await (this.#cards = looking);
    if (cards.length === 0 && !this.#known.any()) {
      this.#cards = null;
      throw noDriver();
    }
    return cards;
  }

  /** Looks anew only when the card is not where it was. */
  async card(id: string): Promise<Card> {
    const kept = (await this.#cards)?.find((one) => one.id === id);
    if (kept !== undefined && (await this.#about(kept, isThere(this.#files, kept)))) return kept;
    return this.#known.find(id, await this.#scan());
  }

  /** Errors of the system become ours, and name the card. */
  async #about<T>({ id, device }: Card, work: Promise<T>): Promise<T> {
    try {
      return await work;
    } catch (error) {
      throw deviceError(error, id, `/${device}`);
    }
  }

  async state(card: Card): Promise<CardState> {
    const memory = this.#memories.get(card.id) ?? { instinct: false, range: null, borrowed: false, residencies: null, lockLevel: null };
    this.#memories.set(card.id, memory);
    const state = await this.#about(card, readState(this.#files, card, memory.range));
    memory.instinct = state.control.kind === 'determinism';
    if (state.level === 'auto' && state.overdrive !== null) Object.assign(memory, { range: state.overdrive.sclk, borrowed: false });
    return state;
  }

  async #memory(card: Card): Promise<Memory> {
    if (!this.#memories.has(card.id)) await this.state(card);
    return this.#memories.get(card.id)!;
  }

  async list() {
    const cards = await this.#scan();
    if (cards.length === 0) throw noDriver();
    this.#known.seen(cards);
    return Promise.all(cards.map((card) => this.#about(card, this.#info(card))));
  }

  async #info(card: Card) {
    const state = await this.state(card);
    return infoOf(this.#files, card, state, (await this.#memory(card)).instinct);
  }

  async read(id: string) {
    const card = await this.card(id);
    const memory = await this.#memory(card);
    const earlier = memory.residencies;
    const look = await this.#about(card, lookAtCard(this.#files, card, memory.instinct));
    const reading = await this.#about(card, readingOf(this.#files, card, look, { atMs: this.#nowMs(), earlier }));
    memory.residencies = look.metrics?.residencies ?? null;
    return reading;
  }

  async users(id: string) {
    const card = await this.card(id);
    return this.#about(card, usersOf(this.#files, card));
  }

  async #before(card: Card, { level, overdrive }: CardState): Promise<Before> {
    const limits = card.hwmon === null ? null : await readPowerLimits(this.#files, card.hwmon);
    return { level, sclk: overdrive?.sclk ?? null, capW: limits?.presentW ?? null };
  }

  async before(id: string): Promise<string> {
    const card = await this.card(id);
    return writeBefore(await this.#before(card, await this.state(card)));
  }

  /** All or nothing: after a failure halfway the card is as it was, where it still answers. */
  async #set(card: Card, state: CardState, work: () => Promise<void>): Promise<void> {
    const before = await this.#before(card, state);
    try {
      await work();
    } catch (error) {
      await this.state(card)
        .then((now) => restoreCard(this.#files, card, now, before))
        .catch(() => undefined);
      throw error;
    }
    const memory = await this.#memory(card);
    // From now on its files show our lock: what it takes is what it took before.
    if (memory.range === null && state.overdrive !== null) Object.assign(memory, { range: rangeBefore(state), borrowed: true });
    memory.lockLevel = state.control.kind === 'determinism' ? 'perf_determinism' : 'manual';
  }

  async lock(id: string, clockMhz: number): Promise<void> {
    const card = await this.card(id);
    const state = await this.state(card);
    assertTold(card, state);
    assertListed(id, clockMhz, clocksOf(state.control), 'clock');
    await this.#set(card, state, () => lockClock(this.#files, card, state, clockMhz));
  }

  async lockMemory(id: string, clockMhz: number): Promise<void> {
    const card = await this.card(id);
    const state = await this.state(card);
    assertTold(card, state);
    assertListed(id, clockMhz, memoryClocksOf(state), 'memory clock');
    await this.#set(card, state, () => lockMemoryClock(this.#files, card, state, clockMhz));
  }

  async limitPower(id: string, powerW: number): Promise<void> {
    const card = await this.card(id);
    const limits = card.hwmon === null ? null : await readPowerLimits(this.#files, card.hwmon);
    if (limits === null) throw unsupported(id, 'its power cannot be limited here');
    const { leastW, mostW } = limits;
    if (powerW < leastW || powerW > mostW) {
      throw new VoltanaError('BAD_VALUE', `${id}: ${powerW} W is outside its power limits, ${leastW} to ${mostW} W`);
    }
    await setPower(this.#files, card, card.hwmon!, powerW);
  }

  async restore(id: string, text: string | null, scope?: RestoreScope): Promise<void> {
    const card = await this.card(id);
    let foreign: unknown = null;
    let before: Before | null = null;
    try {
      before = text === null ? null : readBefore(id, text);
    } catch (error) {
      foreign = error;
    }
    const state = await this.state(card);
    const memory = await this.#memory(card);
    if (state.level === null && (before?.level || memory.lockLevel !== null)) {
      throw new VoltanaError(
        'DEVICE_FAILED',
        `${id} does not tell its performance level: it sleeps or is being reset, and may still be locked`,
      );
    }
    await restoreCard(this.#files, card, state, before, scope);
    memory.lockLevel = null;
    if (memory.borrowed) Object.assign(memory, { range: null, borrowed: false });
    if (foreign !== null) throw foreign as VoltanaError;
  }

  async events(): Promise<readonly DeviceEvent[]> {
    if (!this.#known.any()) return [];
    const cards = await this.#scan();
    const lost = this.#known.missing(cards).map((id) => ({ id, what: 'lost' as const, detail: 'its card is no longer in /sys/class/drm' }));
    return [...lost, ...(await Promise.all(cards.map((card) => this.inTurn(card.id, () => this.#droppedLock(card))))).flat()];
  }

  /** A reset, a reload of the driver, or somebody else: the level is no longer the one that our lock stands under. */
  async #droppedLock(card: Card): Promise<DeviceEvent[]> {
    const memory = this.#memories.get(card.id);
    if (!memory || memory.lockLevel === null) return [];
    const level = await lookAt(this.#files, `${card.device}/${LEVEL}`);
    if (level === null || level === memory.lockLevel) return [];
    this.#memories.get(card.id)!.lockLevel = null;
    return [{ id: card.id, what: 'reset', detail: `its performance level has become ${level}: the lock is gone` }];
  }

  async close(): Promise<void> {
    this.#cards = null;
    for (const memory of this.#memories.values()) memory.residencies = null;
  }
}

/**
 * AMD GPUs through the files of the amdgpu kernel driver. Nothing is kept open, so `close` only forgets.
 * What a lock accepts and does on which part: see `Control`. Energy counters where gpu_metrics has a table that is known.
 */
export const createAmdgpuDevices = (options: AmdgpuOptions = {}): Devices => {
  const cards = new AmdgpuCards(options);
  return {
    family: 'amdgpu',
    list: () => cards.list(),
    read: (id) => cards.read(id),
    users: (id) => cards.users(id),
    before: (id) => cards.inTurn(id, () => cards.before(id)),
    lock: (id, clockMhz) => cards.inTurn(id, () => cards.lock(id, clockMhz)),
    lockMemory: (id, clockMhz) => cards.inTurn(id, () => cards.lockMemory(id, clockMhz)),
    limitPower: (id, powerW) => cards.inTurn(id, () => cards.limitPower(id, powerW)),
    restore: (id, before, scope) => cards.inTurn(id, () => cards.restore(id, before, scope)),
    events: () => cards.events(),
    close: () => cards.close(),
  };
};
